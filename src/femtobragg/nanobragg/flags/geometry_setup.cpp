// Files are read before flags, so that flags can win.
#include "femtobragg/nanobragg/flags/geometry_setup.h"

#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/detectors/detector_list.h"
#include "femtobragg/formats/geometry/geometry_file.h"

namespace femtobragg::nanobragg {
namespace {

/// The plane that the flags place. Fast is to the right as in files of geometry; some conventions lay slow upwards,
/// which would show the panels mirrored. The beam is meant to pass in the middle; where no flag tells a centre it does,
/// though some conventions' own default is a pixel off.
formats::DetectorPlane plane_of(const DetectorGeometry& g, const Origins& origins) {
  const bool told =
      origins.last({"Xbeam", "Ybeam", "Xclose", "Yclose", "ORGX", "ORGY", "pix0_vector", "pix0_vector_mm"}) != nullptr;
  const double fast_m = told ? 0.5 * g.pixel_m * static_cast<double>(g.n_fast) : g.set_up_beam_point.fast,
               slow_m = told ? 0.5 * g.pixel_m * static_cast<double>(g.n_slow) : g.set_up_beam_point.slow;
  const Vec3d right = unit(g.fast), down = unit(cross(g.normal, right));
  return {g.origin_m + fast_m * g.fast + slow_m * g.slow, right, down, cross(right, down)};
}

/// The panel stands for the detector.
void place_by(const Panel& panel, DetectorOptions& d) {
  d.n_fast = static_cast<std::int64_t>(panel.n_fast);
  d.n_slow = static_cast<std::int64_t>(panel.n_slow);
  const bool equal = panel.has_equal_edges();
  d.pixel_m = equal ? panel.pixel_size_m : panel.edge_fast_m();
  d.slow_over_fast = equal ? 1 : panel.edge_slow_m() / panel.edge_fast_m();
  d.size_fast_m = static_cast<double>(panel.n_fast) * d.pixel_m;
  d.size_slow_m = static_cast<double>(panel.n_slow) * d.pixel_m * d.slow_over_fast;
  d.pix0_m = panel.origin_m;
  d.custom = true;
  for (AxisVectors* v : {&d.vectors, &d.recent_vectors}) {
    v->fast = panel.fast_axis;
    v->slow = panel.slow_axis;
    v->normal = panel.normal;
  }
}

}  // namespace

formats::GeometryGaps gaps_of(const GapWords& words) {
  formats::GeometryGaps gaps;
  if (!words.distance_mm.empty()) {
    const auto mm = parse_number(words.distance_mm);
    if (!mm || !std::isfinite(*mm) || !(*mm > 0))
      throw Error::usage({.what = "wrong value",
                          .where = "-distance",
                          .value = in_quotes(words.distance_mm),
                          .rule = "it must be a finite number above zero (mm)",
                          .remedy = "correct the command line"});
    gaps.distance_m = metres_from_mm(*mm);
  }
  // Flags are parsed later, and wrong words refused then.
  const auto count = [](const std::string& word) -> std::optional<std::size_t> {
    const auto n = parse_integer(word);
    return n && *n > 0 ? std::optional(static_cast<std::size_t>(*n)) : std::nullopt;
  };
  gaps.n_fast = count(words.n_fast);
  gaps.n_slow = count(words.n_slow);
  if (const auto n = parse_integer(words.experiment); n && *n >= 0) gaps.experiment = static_cast<std::size_t>(*n);
  gaps.detector = words.detector;
  return gaps;
}

GeometryFile read_geometry_file(const std::string& path, const GapWords& words) {
  return {path, formats::read_geometry(path, gaps_of(words))};
}

DetectorGeometry geometry_of_panel(DetectorOptions options, const Panel& panel) {
  place_by(panel, options);
  // The panel stands where it is: rotations have been done.
  options.rotation_rad = {};
  options.twotheta_rad = 0;
  return solve_geometry(options, QuirkSet::none());
}

void apply_geometry(const GeometryFile& file, Options& options, Origins& origins) {
  const Geometry& g = file.geometry;
  DetectorOptions& d = options.detector;
  const auto from_file = [&](std::initializer_list<const char*> flags) {
    for (const char* flag : flags) origins.by_header(flag, "the geometry file " + file.path);
  };
  place_by(g.detector.panels.front(), d);
  from_file({"detpixels_f", "detpixels_s", "pixel", "pix0_vector", "fdet_vector", "sdet_vector", "odet_vector",
             "beam_vector"});
  AxisVectors& v = d.vectors;
  v.beam = g.beam_direction;
  if (g.polarization_axis) {
    v.polarization = g.polarization_axis;
    from_file({"polar_vector"});
  }
  if (g.spindle_axis) {
    v.spindle = g.spindle_axis;
    from_file({"spindle_axis"});
  }
  d.recent_vectors = v;
  if (g.wavelength_m) {
    options.beam.wavelength_m = *g.wavelength_m;
    from_file({"lambda"});
  }
  if (g.polarization_fraction) {
    options.beam.polarization = *g.polarization_fraction;
    from_file({"polar"});
  }
  if (g.crystal) from_file({"cell"});
  if (g.oscillation) {
    options.rotation.start_rad = g.oscillation->start_rad;
    from_file({"phi"});
    if (g.oscillation->width_rad != 0) {
      options.rotation.steps_rad.range = g.oscillation->width_rad;
      from_file({"osc"});
    }
  }
}

void require_nothing_else_places(const GeometryFile& file, std::span<const GeometryHeader> headers,
                                 const Origins& origins, const QuirkSet& quirks) {
  // Pixel counts and -detector have been refused with the file, or it needs them.
  static const Alternatives flags = {"pixel",
                                     "detsize",
                                     "detsize_f",
                                     "detsize_s",
                                     "close_distance",
                                     "Xbeam",
                                     "Ybeam",
                                     "Xclose",
                                     "Yclose",
                                     "ORGX",
                                     "ORGY",
                                     "pivot",
                                     "mosflm",
                                     "xds",
                                     "adxv",
                                     "denzo",
                                     "dials",
                                     "fdet_vector",
                                     "sdet_vector",
                                     "odet_vector",
                                     "pix0_vector",
                                     "pix0_vector_mm",
                                     "twotheta",
                                     "twotheta_axis",
                                     "detector_rotx",
                                     "detector_roty",
                                     "detector_rotz",
                                     "curved_det",
                                     "img"};
  const auto refuse = [&](const std::string& words) {
    throw Error::usage(
        {.what = "the detector position is given twice",
         .where = words,
         .value = "-geometry " + file.path,
         .rule = "the geometry file defines the detector position; it cannot be combined with other flags for it",
         .remedy = "remove one of them; -distance is for files without one"});
  };
  if (const Origin* typed = origins.last_flag(flags)) refuse(typed->words);
  // Masks of other formats give their pixels only.
  for (const GeometryHeader& header : headers)
    if (header.is_mask && !header.text.empty()) refuse("-mask " + header.file);
  if (const Origin* roi = origins.last_flag({"roi"}); roi && file.geometry.detector.panels.size() > 1)
    throw Error::usage({.what = "a region of interest cannot cover several panels",
                        .where = roi->words,
                        .value = std::to_string(file.geometry.detector.panels.size()) + " panels",
                        .rule = "-roi is for a single panel",
                        .remedy = "remove it, or extract a panel from the file: femtobragg geometry --panel"});
  using enum Quirk;
  for (const Quirk quirk : {Pivot, ClosePoint, Pix0, CustomAxes, AxisLength, OdetSkew, TwothetaReport})
    if (quirks.on(quirk)) refuse("-quirks " + std::string(info(quirk).id));
}

std::vector<std::string> remarks_on_geometry(const GeometryFile& file, const Origins& origins) {
  std::vector<std::string> remarks;
  for (const std::string& note : file.geometry.notes) remarks.push_back(file.path + ": " + note);
  const bool given = origins.last({"lambda", "energy", "spectrum", "sourcefile"}) != nullptr;
  if (!file.geometry.wavelength_m && !given)
    remarks.push_back(file.path + " does not state a wavelength: beam.wavelength is 1 A");
  return remarks;
}

std::optional<std::string> remark_on_known_detector(const DetectorOptions& options, const Panel& panel) {
  if (options.known_name.empty()) return {};
  const formats::KnownDetector& known = formats::detector_named(options.known_name);
  const double pixel_um = um_from_metres(panel.pixel_size_m);
  const bool same_size = std::abs(pixel_um - known.pixel_um) < 1e-6 * known.pixel_um;
  if (panel.n_fast == known.n_fast && panel.n_slow == known.n_slow && same_size) return {};
  const auto shape = [](std::size_t n_fast, std::size_t n_slow, double um) {
    return std::to_string(n_fast) + " x " + std::to_string(n_slow) + " pixels of " + format_number(um) + " um";
  };
  return "-detector " + options.known_name + " has " + shape(known.n_fast, known.n_slow, known.pixel_um) +
         ", but flags make it " + shape(panel.n_fast, panel.n_slow, pixel_um) +
         ": its gaps are masked only if the number of pixels is its own";
}

void apply_known_detector(const DetectorOptions& options, Panel& panel) {
  if (options.known_name.empty()) return;
  const formats::KnownDetector& known = formats::detector_named(options.known_name);
  if (known.saturation > 0) panel.saturation = known.saturation;
  std::vector<std::uint8_t> gaps = formats::gap_mask(known);
  if (gaps.empty() || panel.n_fast != known.n_fast || panel.n_slow != known.n_slow) return;
  if (panel.mask.empty())
    panel.mask = std::move(gaps);
  else
    for (std::size_t i = 0; i < gaps.size(); ++i) panel.mask[i] = panel.mask[i] && gaps[i];
}

std::optional<Detector> arranged_detector(const DetectorOptions& options, const Origins& origins,
                                          const DetectorGeometry& g) {
  if (options.known_name.empty()) return {};
  const formats::KnownDetector& known = formats::detector_named(options.known_name);
  if (!known.arrangement) return {};
  static const Alternatives single = {"pixel",       "detsize", "detsize_f", "detsize_s", "detpixels", "detpixels_f",
                                      "detpixels_s", "img",     "mask",      "roi",       "curved_det"};
  if (const Origin* typed = origins.last_flag(single))
    throw Error::usage({.what = "the flag is for a single panel",
                        .where = typed->words,
                        .value = "-detector " + options.known_name,
                        .rule = "this detector has several panels, whose pixels are known",
                        .remedy = "remove one of them"});
  return Detector{std::string(known.name), formats::panels_of(known, plane_of(g, origins))};
}

}  // namespace femtobragg::nanobragg
