// Fills in an image's contents from an experiment.
#include "femtobragg/library/write_image.h"

#include <cstdint>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/version.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/simulate/detect.h"
#include "femtobragg/simulate/pixel_mask.h"
#include "femtobragg/simulate/spectrum.h"

namespace femtobragg {
namespace {

/// The beam may be tilted in the frame of headers, but not much.
constexpr double least_along_x = 0.9;

std::vector<std::int32_t> counts_of(Detection& detection, const Image& image) {
  std::vector<std::int32_t> counts(image.pixels.size());
  for (std::size_t slow = 0; slow < image.n_slow; ++slow)
    detection.row(slow, std::span(counts).subspan(slow * image.n_fast, image.n_fast));
  return counts;
}

std::string text_of(std::size_t fast, std::size_t slow) {
  return std::to_string(fast) + " x " + std::to_string(slow) + " pixels";
}

void require_shape(const Image& image, const ImageShape& shape) {
  if (image.n_fast == shape.n_fast && image.n_slow == shape.n_slow) return;
  throw Error::usage({.what = "the image does not have the shape of the detector",
                      .value = text_of(image.n_fast, image.n_slow),
                      .rule = "the detector has " + text_of(shape.n_fast, shape.n_slow)});
}

}  // namespace

Geometry geometry_of(const Experiment& experiment, const Mat3d& to_header_frame, std::size_t frames) {
  Geometry g = formats::turned(geometry_stated_of(experiment, frames), to_header_frame);
  if (!(g.beam_direction.x >= least_along_x))
    throw Error::usage({.what = "the beam does not point along x in the frame of headers",
                        .where = "beam.direction",
                        .value = "x = " + format_number(g.beam_direction.x),
                        .rule = "headers have x along the beam, y up, z to the right, looking along the beam",
                        .remedy = "give the rotation to that frame: to_header_frame"});
  return g;
}

namespace {

/// Everything but the pixels.
formats::ImageContents contents_of(const Experiment& experiment, const formats::ImageFormatInfo& format,
                                   const ImageFileOptions& options) {
  formats::ImageContents contents{.shape = experiment.detector.image_shape()};
  contents.preview = options.preview;
  contents.compression = options.compression;
  if (format.numbers == formats::Numbers::Preview) contents.geometry = geometry_of(experiment, options.to_header_frame);
  if (format.states_geometry == formats::StatesGeometry::No) return contents;
  contents.geometry = geometry_of(experiment, options.to_header_frame);
  contents.exposure.fluence_per_m2 = experiment.beam.fluence_per_m2;
  contents.exposure.spectrum = wavelengths_and_weights(experiment.beam);
  contents.record = {{"version", version}};
  if (format.states_mask) contents.mask = pixel_mask_of(experiment, format.for_counts() ? &options.response : nullptr);
  return contents;
}

/// What readers must know of the numbers.
void state_response(formats::ImageContents& contents, const Response& response) {
  contents.gain = response.gain;
  contents.pedestal = response.offset;
  contents.saturation = stated_saturation(response);
  if (contents.geometry) contents.geometry->detector = as_read_out(contents.geometry->detector, response);
}

}  // namespace

std::vector<std::string> write_counts(const std::string& path, std::span<const std::int32_t> counts,
                                      const Experiment& experiment, const ImageFileOptions& options) {
  const ImageShape shape = experiment.detector.image_shape();
  if (counts.size() != shape.n_fast * shape.n_slow)
    throw Error::usage({.what = "another number of counts than of pixels",
                        .value = std::to_string(counts.size()),
                        .rule = "the detector has " + text_of(shape.n_fast, shape.n_slow)});
  const formats::ImageFormatInfo& format = formats::image_format_of(path);
  if (format.numbers_written(true) != formats::Numbers::Counts)
    throw Error::usage({.what = "this format does not store counts of 32 bits",
                        .value = in_quotes(path),
                        .remedy = "write .cbf, .nxs or .tif"});
  formats::ImageContents contents = contents_of(experiment, format, options);
  contents.pixels = counts;
  state_response(contents, options.response);
  format.write(path, contents);
  if (!format.losses || !contents.geometry) return {};
  return format.losses(path, *contents.geometry, true);
}

std::vector<std::string> write_image(const std::string& path, const Image& image, const Experiment& experiment,
                                     const ImageFileOptions& options) {
  require_shape(image, experiment.detector.image_shape());
  const formats::ImageFormatInfo& format = formats::image_format_of(path);
  if (options.response.counting_noise && format.numbers == formats::Numbers::Photons)
    throw Error::usage({.what = "this format stores expected photons, not counts",
                        .where = "counting_noise",
                        .value = in_quotes(path),
                        .rule = "its numbers are floating-point",
                        .remedy = "write .nxs, .tif, .cbf or .img, or switch counting noise off"});
  formats::ImageContents contents = contents_of(experiment, format, options);
  if (format.for_counts()) state_response(contents, options.response);
  const formats::Numbers numbers = format.numbers_written(options.response.counting_noise);
  const bool counting = numbers == formats::Numbers::Counts;
  Detection detection(image, experiment.detector, options.response, options.noise);
  std::vector<std::int32_t> counts;
  if (counting) {
    counts = counts_of(detection, image);
    contents.pixels = std::span<const std::int32_t>(counts);
  } else if (numbers == formats::Numbers::SixteenBits) {
    contents.pixels = [&](std::size_t slow, std::span<std::uint16_t> row) { detection.row(slow, row); };
  } else if (numbers == formats::Numbers::Grey) {
    throw Error::usage({.what = "this format holds grey values, whose scale is not known",
                        .value = in_quotes(path),
                        .remedy = "write a .png to look at, or a format of photons"});
  } else {
    contents.pixels = image;
  }
  format.write(path, contents);
  std::vector<std::string> losses;
  if (format.losses && contents.geometry) losses = format.losses(path, *contents.geometry, counting);
  if (counting && !format.states_gain && (options.response.gain != 1 || options.response.offset != 0))
    losses.push_back(path + ": its header does not state gain and pedestal; those of .nxs, .cbf and .img do");
  const ResponseCounts& stored = detection.counts();
  if (stored.overloads) losses.push_back(path + ": overloaded: " + counted(stored.overloads, "pixel"));
  if (stored.below_zero) losses.push_back(path + ": below zero, stored as 0: " + counted(stored.below_zero, "pixel"));
  if (stored.not_numbers) losses.push_back(path + ": not a number: " + counted(stored.not_numbers, "pixel"));
  return losses;
}

}  // namespace femtobragg
