// `femtobragg convert`: an image from one format into another.
#include <cmath>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/io/separate_files.h"
#include "programs/command_options.h"
#include "programs/compression_option.h"
#include "programs/frame_geometry.h"
#include "programs/frame_notes.h"
#include "programs/frame_writer.h"
#include "programs/picture_settings.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

using formats::Frame;

struct ConvertSettings {
  std::string from, to;
  double scale = 1, offset = 0;
  std::optional<std::int64_t> frame;
  std::vector<std::size_t> shape;
  PictureSettings picture;
  CompressionOption compression;
};

ImageShape shape_for(const Frame& file, const ConvertSettings& s) {
  const std::optional<ImageShape> asked =
      s.shape.size() == 2 ? std::optional(ImageShape{s.shape[0], s.shape[1]}) : std::nullopt;
  if (file.shape && asked && *file.shape != *asked)
    throw Error::usage({.what = "--shape contradicts the file",
                        .where = in_quotes(s.from),
                        .value = std::to_string(file.shape->n_fast) + " x " + std::to_string(file.shape->n_slow),
                        .remedy = "remove --shape"});
  const auto shape = file.shape ? file.shape : asked;
  if (!shape)
    throw Error::usage({.what = "the shape of the image is unknown",
                        .where = in_quotes(s.from),
                        .value = std::to_string(file.pixels.size()) + " pixels",
                        .remedy = "give --shape FAST SLOW"});
  if (shape->n_fast == 0 || file.pixels.size() / shape->n_fast != shape->n_slow ||
      file.pixels.size() % shape->n_fast != 0)
    throw Error::usage({.what = "the image has a different shape",
                        .where = "--shape",
                        .value = std::to_string(file.pixels.size()) + " pixels",
                        .rule = "their number must be FAST times SLOW"});
  return *shape;
}

/// In a series that of the frame.
std::optional<Geometry> geometry_of_frame(const ConvertSettings& s, const Frame& file, std::string& why) {
  std::optional<Geometry> g = geometry_in(s.from, file.format, why);
  if (g && g->oscillation && s.frame.value_or(0) > 0) {
    g->oscillation->start_rad += static_cast<double>(*s.frame) * g->oscillation->width_rad;
    g->oscillation->frames = 1;
  }
  return g;
}

}  // namespace

int convert(const std::vector<std::string>& words) {
  ConvertSettings s;
  CommandOptions options(
      "Converts an image to the format of B's suffix. The detector position is carried over\n"
      "between .nxs, .cbf and .img. The pedestal of an .img (ADC_OFFSET) stays in an .img, and is subtracted for all\n"
      "other formats. Pixels without a count become -1, bad ones -2; both become NaN in floating-point files.",
      "femtobragg convert");
  options.add("A", s.from, "image to read, in any format that is written except previews").required();
  options.add("B", s.to, "image to write").required();
  options.add("--scale", s.scale, "factor for all pixels").shows_default();
  options.add("--offset", s.offset, "number to add after scaling").shows_default();
  options.add("--frame", s.frame, "frame of a series, counted from 0; default: the first");
  options.add("--shape", s.shape, "pixels of an image without a header").values(2).type("FAST SLOW");
  s.compression.describe(options);
  s.picture.describe(options);
  if (!options.parse(words)) return 0;
  s.picture.require_picture(options, s.to);
  if (!std::isfinite(s.scale) || !std::isfinite(s.offset))
    throw Error::usage({.what = "femtobragg convert", .rule = "--scale and --offset must be finite numbers"});
  const formats::ImageFormatInfo& to = formats::image_format_of(s.to);
  formats::require_inputs_kept(Words{s.from, s.picture.spots_file()}, Words{s.to});
  if (s.frame && *s.frame < 0)
    throw Error::usage({.what = "there is no such frame",
                        .where = "--frame",
                        .value = std::to_string(*s.frame),
                        .rule = "frames are counted from 0"});
  const Frame file =
      formats::read_pixels(s.from, s.frame ? std::optional(static_cast<std::size_t>(*s.frame)) : std::nullopt);
  tell_notes(file, s.from);
  const ImageShape shape = shape_for(file, s);
  FrameOutput output{.from = s.from, .to = s.to, .scale = s.scale, .offset = s.offset};
  output.compression = s.compression.of(options, {s.to});
  if (to.states_geometry != formats::StatesGeometry::No || to.numbers == formats::Numbers::Preview)
    output.geometry = geometry_of_frame(s, file, output.why_no_geometry);
  if (to.numbers == formats::Numbers::Preview) {
    const Geometry* const geometry = output.geometry ? &*output.geometry : nullptr;
    output.preview = s.picture.options(listed_image(s.from, file, geometry));
  }
  output.record = {{"converted_from", s.from}, {"scale", format_number(s.scale, 17)}};
  write_frame(output, file, shape);
  return 0;
}

}  // namespace femtobragg::programs
