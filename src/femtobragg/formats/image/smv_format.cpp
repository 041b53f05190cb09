// SMV images in the list of formats, with a header by the geometry.
#include <bit>
#include <cmath>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/image/beam_frame.h"
#include "femtobragg/formats/image/cbf.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/image/smv.h"

namespace femtobragg::formats {
namespace {

/// Lines of a header in the making.
class Lines {
 public:
  explicit Lines(const ImageShape& shape) : entries_(smv_pixel_entries(shape)) {}
  void add(const char* key, double value) { entries_.push_back({key, format_number(value, 10)}); }
  std::string text() const { return smv_header(entries_, false); }

 private:
  std::vector<SmvEntry> entries_;
};

void add_geometry(Lines& lines, const Geometry& g) {
  const Panel& panel = g.detector.panels.front();
  const double pixel_mm = mm_from_metres(panel.pixel_size_m);
  lines.add("PIXEL_SIZE", pixel_mm);
  if (g.wavelength_m) lines.add("WAVELENGTH", angstrom_from_metres(*g.wavelength_m));
  if (const auto spot = beam_spot(panel, g.beam_direction)) {
    const double slow = pixel_mm * (spot->slow_px + static_cast<double>(panel.data_slow)),
                 fast = pixel_mm * (spot->fast_px + static_cast<double>(panel.data_fast)), half = 0.5 * pixel_mm;
    lines.add("DISTANCE", mm_from_metres(spot->distance_m));
    lines.add("BEAM_CENTER_X", slow - half);
    lines.add("BEAM_CENTER_Y", fast - half);
    lines.add("DENZO_X_BEAM", slow);
    lines.add("DENZO_Y_BEAM", fast);
  }
  if (g.oscillation) {
    lines.add("PHI", degrees_from_radians(g.oscillation->start_rad));
    lines.add("OSC_START", degrees_from_radians(g.oscillation->start_rad));
    lines.add("OSC_RANGE", degrees_from_radians(g.oscillation->width_rad));
  }
}

/// Knows no more of a geometry than a miniCBF does, and says nothing of one that it would get wrong.
std::string header_of(const ImageContents& contents) {
  if (!contents.header.empty()) return contents.header;
  if (contents.geometry) require_square_pixels(contents.geometry->detector.panels.front());
  Lines lines(contents.shape);
  if (contents.geometry && cbf_losses(*contents.geometry).empty())
    add_geometry(lines, with_beam_along_x(*contents.geometry));
  lines.add("ADC_OFFSET", contents.pedestal);
  if (contents.gain != 1) lines.add("GAIN", contents.gain);
  // A pixel that holds this much may have had more; where numbers end, readers know it.
  if (const double full = std::floor(contents.saturation) + 1; full < std::numeric_limits<std::uint16_t>::max())
    lines.add("CCD_IMAGE_SATURATION", full);
  return lines.text();
}

}  // namespace

void require_square_pixels(const Panel& panel) {
  if (panel.has_equal_edges()) return;
  throw Error::usage({.what = "an SMV image needs square pixels",
                      .value = pixel_edges_mm(panel) + " mm",
                      .rule = "its header states one edge",
                      .remedy = "write .nxs or .cbf, whose headers state both, or .tif or .npy"});
}

std::vector<SmvEntry> smv_pixel_entries(const ImageShape& shape) {
  return {{"DIM", "2"},
          {"BYTE_ORDER", std::endian::native == std::endian::little ? "little_endian" : "big_endian"},
          {"TYPE", "unsigned_short"},
          {"SIZE1", std::to_string(shape.n_fast)},
          {"SIZE2", std::to_string(shape.n_slow)}};
}

ImageFormatInfo smv_format() {
  return {.name = "SMV",
          .suffixes = {".img", ".smv"},
          .description = "16-bit SMV image",
          .in_words = "SMV",
          .numbers = Numbers::SixteenBits,
          .states_geometry = StatesGeometry::Perhaps,
          .write =
              [](const std::string& path, const ImageContents& c) {
                write_smv(path, header_of(c), c.shape.n_fast, c.shape.n_slow, rows_of(c, path));
              },
          .bytes = [](const ImageContents& c) -> std::uint64_t {
            return header_of(c).size() + 2 * std::uint64_t{c.shape.n_fast} * c.shape.n_slow;
          },
          .exact_bytes = true,
          .losses = [](const std::string& output, const Geometry& g, bool) { return header_losses(output, g); },
          .recognise = is_smv,
          .parse = [](std::string_view bytes, const std::string& name, std::size_t) -> StoredFrame {
            return {parse_smv_pixels(bytes, name)};
          },
          .states_gain = true,
          .choice_of_dials = 3};
}

}  // namespace femtobragg::formats
