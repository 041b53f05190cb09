// `femtobragg convert`: an image from one format into another.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <bit>
#include <cmath>
#include <iostream>
#include <limits>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/beam_frame.h"
#include "femtobragg/formats/cbf.h"
#include "femtobragg/formats/float_image.h"
#include "femtobragg/formats/geometry_file.h"
#include "femtobragg/formats/grey_image.h"
#include "femtobragg/formats/image_file.h"
#include "femtobragg/formats/input_file.h"
#include "femtobragg/formats/nxmx.h"
#include "femtobragg/formats/registry.h"
#include "femtobragg/formats/smv.h"
#include "femtobragg/formats/tiff.h"
#include "femtobragg/simulate/detector_response.h"
#include "programs/command_options.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

using formats::PixelFile;

constexpr std::int32_t no_count = -1;
/// DECTRIS writes -1 between modules and -2 where a pixel is broken. Other negative counts are counts.
bool marks_no_count(std::int32_t count) { return count == no_count || count == -2; }

bool holds_several_frames(const std::string& path) try {
  formats::read_pixels(path, 1);
  return true;
} catch (const Error&) {
  return false;
}

struct Settings {
  std::string from, to;
  double scale = 1, offset = 0;
  std::int64_t frame = 0;
  std::vector<std::size_t> shape;
};

/// What a file says of where the detector stands, if its format can.
std::optional<Geometry> geometry_in(const std::string& path, formats::ImageFormat format) {
  using enum formats::ImageFormat;
  if (format == Nxmx) return formats::read_nxmx_geometry(path);
  if (format != Cbf && format != Smv) return std::nullopt;
  try {
    return formats::read_geometry(path);
  } catch (const Error&) {
    return std::nullopt;  // its header does not say
  }
}

/// What every pixel of an SMV image holds more than counts, by its header.
double pedestal_in(const std::string& path, formats::ImageFormat format) {
  if (format != formats::ImageFormat::Smv) return 0;
  constexpr std::size_t longest_header = 1 << 16;
  const std::string start = formats::read_file(path, "the image", longest_header);
  const double length = formats::smv_number(start, "HEADER_BYTES", formats::KeyMatch::Whole).value_or(512);
  const std::string_view header =
      std::string_view(start).substr(0, length > 0 && length < 1e6 ? std::size_t(length) : 0);
  const double pedestal = formats::smv_number(header, "ADC_OFFSET", formats::KeyMatch::Whole).value_or(0);
  return std::isfinite(pedestal) ? pedestal : 0;
}

class Converter {
 public:
  Converter(const Settings& settings, PixelFile file, const ImageShape& shape)
      : s_(settings), file_(std::move(file)), shape_(shape) {
    const double pedestal = s_.scale * pedestal_in(s_.from, file_.format);
    if (formats::image_format_of(s_.to) == formats::ImageFormat::Smv)
      pedestal_ = pedestal + s_.offset;
    else
      take_off(pedestal);
  }

  void convert() {
    using enum formats::ImageFormat;
    switch (formats::image_format_of(s_.to)) {
      case RawFloat: formats::write_raw_float(s_.to, photons()); break;
      case NumPy: formats::write_npy(s_.to, photons()); break;
      case Smv: smv(); break;
      case Cbf: cbf(); break;
      case Nxmx: nxmx(); break;
      case Tiff: tiff(); break;
      case Pgm: pgm(); break;
      case Png: formats::write_preview_png(s_.to, photons(), formats::PreviewOptions{}); break;
    }
    std::cout << "wrote " << s_.to << ", " << shape_.n_fast << " x " << shape_.n_slow << " pixels\n";
  }

 private:
  /// Zero lies below every count of an image with a pedestal: simulated images have it outside -roi, measured ones
  /// where there is no pixel.
  void take_off(double pedestal) {
    offset_ -= pedestal;
    if (!(pedestal >= 0.5 * s_.scale)) return;
    std::size_t without = 0;
    for (std::int32_t& count : file_.counts)
      if (count == 0) {
        count = no_count;
        ++without;
      }
    if (without > 0)
      std::cerr << "note: " << without << " pixels of " << s_.from << " are 0, below its pedestal: no count, stored as "
                << no_count << "\n";
  }

  bool holds_counts() const { return !file_.counts.empty(); }

  Image photons() const {
    Image image = Image::zeros(shape_.n_fast, shape_.n_slow);
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
      const double value = holds_counts() ? file_.counts[i] : static_cast<double>(file_.pixels[i]);
      const bool marked = holds_counts() && marks_no_count(file_.counts[i]);
      image.pixels[i] = static_cast<float>(marked ? value : value * s_.scale + offset_);
    }
    return image;
  }

  /// Whole numbers of another kind, and a warning of what it cannot hold.
  template <class To>
  std::vector<To> whole_numbers() const {
    std::vector<To> values(file_.pixels.size());
    StoredCounts counts;
    if (holds_counts())
      stored_row<std::int32_t, To>(file_.counts, s_.scale, offset_, values, counts);
    else
      stored_row<float, To>(file_.pixels, s_.scale, offset_, values, counts);
    const auto warn = [&](std::uint64_t count, const std::string& what, std::int64_t stored) {
      if (count > 0)
        std::cerr << "warning: " << count << " pixels of " << s_.to << " cannot be stored as they are, " << what
                  << "; stored as " << stored << "\n";
    };
    warn(counts.too_large, "being too large", std::numeric_limits<To>::max());
    warn(counts.too_small, "being too small", std::numeric_limits<To>::min());
    warn(counts.not_numbers, "not being numbers", 0);
    for (std::size_t i = 0; i < file_.counts.size(); ++i)
      if (marks_no_count(file_.counts[i])) values[i] = std::is_signed_v<To> ? static_cast<To>(file_.counts[i]) : To{0};
    return values;
  }

  std::optional<Geometry> geometry() const {
    std::optional<Geometry> g = geometry_in(s_.from, file_.format);
    if (g && g->detector.image_shape() != shape_) return std::nullopt;
    if (!g) return g;
    for (const std::string& note : g->notes) std::cerr << "note: " << note << "\n";
    for (Panel& panel : g->detector.panels) {
      const double most = panel.saturation * s_.scale + offset_;
      panel.saturation = most > 0 ? most : std::numeric_limits<double>::infinity();
    }
    if (g->oscillation && s_.frame > 0) {
      g->oscillation->start_rad += static_cast<double>(s_.frame) * g->oscillation->width_rad;
      g->oscillation->frames = 1;
    }
    return g;
  }

  /// An SMV header knows no more than that of a miniCBF.
  void tell_losses(const Geometry& g) const {
    for (const std::string& loss : formats::cbf_losses(g))
      std::cerr << "warning: the header of " << s_.to << " cannot say it: " << loss << "; a .nxs file can\n";
  }

  void smv() const {
    std::vector<formats::SmvEntry> entries = {
        {"DIM", "2"},
        {"BYTE_ORDER", std::endian::native == std::endian::little ? "little_endian" : "big_endian"},
        {"TYPE", "unsigned_short"},
        {"SIZE1", std::to_string(shape_.n_fast)},
        {"SIZE2", std::to_string(shape_.n_slow)}};
    const auto add = [&](const char* key, double value) { entries.push_back({key, format_number(value, 10)}); };
    const auto stated = geometry();
    if (stated) tell_losses(*stated);
    if (stated && formats::cbf_losses(*stated).empty()) {
      const Geometry g = formats::with_beam_along_x(*stated);
      const Panel& panel = g.detector.panels.front();
      add("PIXEL_SIZE", mm_from_metres(panel.pixel_size_m));
      if (g.wavelength_m) add("WAVELENGTH", angstrom_from_metres(*g.wavelength_m));
      if (const auto spot = formats::beam_spot(panel, g.beam_direction)) {
        const double slow = mm_from_metres(panel.pixel_size_m) * (spot->slow_px + static_cast<double>(panel.data_slow)),
                     fast = mm_from_metres(panel.pixel_size_m) * (spot->fast_px + static_cast<double>(panel.data_fast)),
                     half = 0.5 * mm_from_metres(panel.pixel_size_m);
        add("DISTANCE", mm_from_metres(spot->distance_m));
        add("BEAM_CENTER_X", slow - half);
        add("BEAM_CENTER_Y", fast - half);
        add("DENZO_X_BEAM", slow);
        add("DENZO_Y_BEAM", fast);
      }
      if (g.oscillation) {
        add("PHI", degrees_from_radians(g.oscillation->start_rad));
        add("OSC_START", degrees_from_radians(g.oscillation->start_rad));
        add("OSC_RANGE", degrees_from_radians(g.oscillation->width_rad));
      }
    }
    add("ADC_OFFSET", pedestal_);
    const std::vector<std::uint16_t> values = whole_numbers<std::uint16_t>();
    formats::write_smv(s_.to, formats::smv_header(entries, false), shape_.n_fast, shape_.n_slow,
                       [&](std::size_t slow, std::span<std::uint16_t> row) {
                         std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(slow * shape_.n_fast), shape_.n_fast,
                                     row.begin());
                       });
  }

  void cbf() const {
    const auto g = geometry();
    std::string header = "# Detector: unknown\r\n";
    if (g) {
      tell_losses(*g);
      header = formats::cbf_header_text(*g, {});
    }
    formats::write_cbf(s_.to, header, shape_, whole_numbers<std::int32_t>());
  }

  void nxmx() const {
    const auto g = geometry();
    if (!g)
      throw Error::usage({.what = "NXmx files say where the detector stands",
                          .where = in_quotes(s_.from),
                          .rule = "which this file does not tell in a way that is known here",
                          .remedy = "convert from .nxs, .cbf or .img, or write .tif or .npy"});
    formats::NxmxContents contents;
    contents.geometry = *g;
    contents.record = {
        {"converted_from", s_.from}, {"scale", format_number(s_.scale, 17)}, {"offset", format_number(offset_, 17)}};
    if (holds_counts()) {
      const std::vector<std::int32_t> values = whole_numbers<std::int32_t>();
      formats::write_nxmx(s_.to, contents, 1,
                          [&](std::size_t) -> formats::PixelData { return std::span<const std::int32_t>(values); });
    } else {
      const Image image = photons();
      formats::write_nxmx(s_.to, contents, 1,
                          [&](std::size_t) -> formats::PixelData { return std::span<const float>(image.pixels); });
    }
  }

  void tiff() const {
    if (holds_counts())
      formats::write_tiff(s_.to, shape_, std::span<const std::int32_t>(whole_numbers<std::int32_t>()));
    else
      formats::write_tiff(s_.to, shape_, std::span<const float>(photons().pixels));
  }

  void pgm() const {
    const Image image = photons();
    const Coverage all{shape_, {0, shape_.n_fast, 0, shape_.n_slow}, {}};
    formats::write_pgm(s_.to, shape_.n_fast, shape_.n_slow, "pixels scaled by " + format_number(s_.scale),
                       [&](std::size_t slow, std::span<std::uint8_t> row) { grey_row(image, all, slow, 1, row); });
  }

  const Settings& s_;
  PixelFile file_;
  ImageShape shape_;
  double offset_ = s_.offset;  ///< of pixels as they stand, after --scale
  double pedestal_ = 0;        ///< of what is written
};

ImageShape shape_for(const PixelFile& file, const Settings& s) {
  const std::optional<ImageShape> asked =
      s.shape.size() == 2 ? std::optional(ImageShape{s.shape[0], s.shape[1]}) : std::nullopt;
  if (file.shape && asked && *file.shape != *asked)
    throw Error::usage({.what = "--shape contradicts the file",
                        .where = in_quotes(s.from),
                        .value = std::to_string(file.shape->n_fast) + " x " + std::to_string(file.shape->n_slow),
                        .remedy = "leave --shape out"});
  const auto shape = file.shape ? file.shape : asked;
  if (!shape)
    throw Error::usage({.what = "the shape of the image is unknown",
                        .where = in_quotes(s.from),
                        .value = std::to_string(file.pixels.size()) + " pixels",
                        .remedy = "give --shape FAST SLOW"});
  if (shape->n_fast == 0 || file.pixels.size() / shape->n_fast != shape->n_slow ||
      file.pixels.size() % shape->n_fast != 0)
    throw Error::usage({.what = "the image has another shape",
                        .where = "--shape",
                        .value = std::to_string(file.pixels.size()) + " pixels",
                        .rule = "they must be as many as FAST times SLOW"});
  return *shape;
}

}  // namespace

int convert(const std::vector<std::string>& words) {
  Settings s;
  CLI::App app(
      "Brings an image into another format, that of the suffix of B. Where the detector stands goes along\n"
      "between .nxs, .cbf and .img. The pedestal of an .img (ADC_OFFSET) stays in an .img, and is taken off for all\n"
      "other formats.",
      "femtobragg convert");
  app.add_option("A", s.from, "image to read: any format that is written, but previews")->required();
  app.add_option("B", s.to, "image to write")->required();
  app.add_option("--scale", s.scale, "multiplies all pixels")->capture_default_str();
  app.add_option("--offset", s.offset, "is added after that")->capture_default_str();
  app.add_option("--frame", s.frame, "of a series, counted from 0")->capture_default_str();
  app.add_option("--shape", s.shape, "pixels of an image without a header")->expected(2)->type_name("FAST SLOW");
  if (!parse_options(app, words)) return 0;
  if (!std::isfinite(s.scale) || !std::isfinite(s.offset))
    throw Error::usage({.what = "femtobragg convert", .rule = "--scale and --offset are finite numbers"});
  formats::image_format_of(s.to);
  if (s.frame < 0)
    throw Error::usage({.what = "no such frame",
                        .where = "--frame",
                        .value = std::to_string(s.frame),
                        .rule = "frames are counted from 0"});
  PixelFile file = formats::read_pixels(s.from, static_cast<std::size_t>(s.frame));
  if (app.count("--frame") == 0 && file.format == formats::ImageFormat::Nxmx && holds_several_frames(s.from))
    std::cerr << "note: " << s.from << " holds several frames; the first is taken, --frame takes another\n";
  const ImageShape shape = shape_for(file, s);
  Converter(s, std::move(file), shape).convert();
  return 0;
}

}  // namespace femtobragg::programs
