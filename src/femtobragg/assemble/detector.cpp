// Panels are listed, read from a geometry file, or stand upright at a distance.
#include "femtobragg/assemble/detector.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/detectors/detector_list.h"
#include "femtobragg/formats/geometry/geometry_file.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/physics/rotation.h"

namespace femtobragg::assemble {
namespace {

constexpr double usual_distance_m = 0.1, usual_pixel_m = 1e-4;
constexpr std::size_t usual_pixels = 1024;

[[noreturn]] void refuse_twice(const std::string& field) {
  throw Error::usage({.what = "the detector position is given twice",
                      .where = field,
                      .rule = "only one of panels, a geometry file and a distance can define the detector position",
                      .remedy = "remove one of them"});
}

bool placed_by_numbers(const DetectorScene& d) {
  return d.beam_centre_fast || d.beam_centre_slow || d.rotation_rad != Vec3d{} || d.twotheta_rad != 0;
}

Vec3d turned(const DetectorScene& d, const Vec3d& v) { return physics::rotate_about_lab_axes(v, d.rotation_rad); }

Vec3d swung(const DetectorScene& d, const Vec3d& v) {
  return d.twotheta_rad != 0 ? physics::rotate_about_axis(v, {0, 0, -1}, d.twotheta_rad) : v;
}

double distance_of(const DetectorScene& d) {
  const double distance_m = d.distance_m.value_or(usual_distance_m);
  if (distance_m > 0 && std::isfinite(distance_m)) return distance_m;
  throw Error::usage({.what = "impossible distance",
                      .where = "detector.distance",
                      .value = format_number(mm_from_metres(distance_m)) + " mm",
                      .rule = "it must be finite and above zero",
                      .remedy = "correct it"});
}

/// A detector at a distance stands across lab x.
void require_beam_along_x(const std::optional<Vec3d>& direction) {
  constexpr double least_cosine = 0.5;  // beams may be tilted
  if (!direction || direction->x >= least_cosine * norm(*direction)) return;
  const auto [x, y, z] = *direction;
  throw Error::usage({.what = "the beam misses the detector",
                      .where = "beam.direction",
                      .value = format_number(x) + " " + format_number(y) + " " + format_number(z),
                      .rule = "a detector at a distance stands across lab x",
                      .remedy = "list its panels, or let the beam travel along x"});
}

/// Of a detector whose modules stand each for itself.
Detector arranged(const DetectorScene& d, const formats::KnownDetector& known) {
  if (d.n_fast || d.n_slow || d.pixel_m || d.beam_centre_fast || d.beam_centre_slow)
    throw Error::usage({.what = "the number is for a single panel",
                        .where = "detector",
                        .value = std::string(known.name),
                        .rule = "this detector has several panels, whose pixels and positions are known",
                        .remedy = "remove pixels and beam centre"});
  const auto place = [&](const Vec3d& v) { return swung(d, turned(d, v)); };
  const Vec3d right = place({0, 0, 1}), down = place({0, -1, 0});
  return {std::string(known.name),
          formats::panels_of(known, {swung(d, {distance_of(d), 0, 0}), right, down, cross(right, down)})};
}

Panel upright(const DetectorScene& d, const formats::KnownDetector* known) {
  const std::size_t n_fast = d.n_fast.value_or(known ? known->n_fast : usual_pixels);
  const std::size_t n_slow = d.n_slow.value_or(known ? known->n_slow : usual_pixels);
  const double pixel_m = d.pixel_m.value_or(known ? metres_from_um(known->pixel_um) : usual_pixel_m);
  Panel panel = formats::upright_panel(distance_of(d), pixel_m, pixel_m,
                                       d.beam_centre_fast.value_or(0.5 * static_cast<double>(n_fast)),
                                       d.beam_centre_slow.value_or(0.5 * static_cast<double>(n_slow)));
  panel.n_fast = n_fast;
  panel.n_slow = n_slow;
  const Vec3d centre{distance_of(d), 0, 0};
  panel.origin_m = swung(d, centre + turned(d, panel.origin_m - centre));
  panel.fast_axis = swung(d, turned(d, panel.fast_axis));
  panel.slow_axis = swung(d, turned(d, panel.slow_axis));
  formats::complete_panel(panel, "detector");
  if (!known) return panel;
  panel.sensor.material = std::string(known->material);
  panel.sensor.thickness_m = metres_from_um(known->thickness_um);
  if (known->saturation > 0) panel.saturation = known->saturation;
  if (n_fast == known->n_fast && n_slow == known->n_slow) panel.mask = formats::gap_mask(*known);
  return panel;
}

bool has_other_pixels(const Panel& panel, const formats::KnownDetector& known) {
  return panel.n_fast != known.n_fast || panel.n_slow != known.n_slow ||
         std::abs(um_from_metres(panel.pixel_size_m) - known.pixel_um) > 1e-6 * known.pixel_um;
}

/// Each panel takes its window of the mask.
void apply_mask_file(Detector& detector, const std::string& path) {
  const formats::Frame frame = formats::read_mask(path);
  apply_mask(detector, frame.shape, formats::live_pixels(frame), path);
}

template <class T>
void fill(std::optional<T>& open, const std::optional<T>& stated) {
  if (!open) open = stated;
}

}  // namespace

void apply_mask(Detector& detector, const std::optional<ImageShape>& given, std::span<const std::uint8_t> live,
                const std::string& path) {
  const ImageShape shape = detector.image_shape();
  const auto text = [](const ImageShape& s) { return std::to_string(s.n_fast) + " x " + std::to_string(s.n_slow); };
  if (given != shape)
    throw Error::usage({.what = "the mask does not fit the detector",
                        .where = in_quotes(path),
                        .value = given ? text(*given) : "an image of unknown shape",
                        .rule = "the detector's image has " + text(shape) + " pixels",
                        .remedy = "use a mask made for this detector"});
  for (Panel& panel : detector.panels) {
    formats::need_mask(panel);
    for (std::size_t slow = 0; slow < panel.n_slow; ++slow)
      for (std::size_t fast = 0; fast < panel.n_fast; ++fast)
        if (!live[(slow + panel.data_slow) * shape.n_fast + fast + panel.data_fast])
          panel.mask[slow * panel.n_fast + fast] = 0;
  }
}

void read_geometry_file(Assembled& result) {
  DetectorScene& d = result.scene.detector;
  if (d.file.empty()) return;
  if (!d.panels.empty() || placed_by_numbers(d) || d.pixel_m) refuse_twice("detector.file");
  Geometry g = formats::read_geometry(
      d.file, {.distance_m = d.distance_m,
               .n_fast = d.n_fast,
               .n_slow = d.n_slow,
               .detector = d.name,
               .experiment = d.experiment ? std::optional(static_cast<std::size_t>(*d.experiment)) : std::nullopt});
  for (const std::string& note : g.notes) result.warnings.push_back(d.file + ": " + note);
  d.panels = std::move(g.detector.panels);
  d.distance_m.reset();
  d.n_fast.reset();
  d.n_slow.reset();
  if (!g.detector.name.empty()) d.name = g.detector.name;
  BeamScene& b = result.scene.beam;
  fill(b.direction, std::optional(g.beam_direction));
  fill(b.wavelength_m, g.wavelength_m);
  fill(b.polarization, g.polarization_fraction);
  fill(b.polarization_axis, g.polarization_axis);
  fill(result.scene.rotation.axis, g.spindle_axis);
  if (g.oscillation) {
    fill(result.scene.rotation.start_rad, std::optional(g.oscillation->start_rad));
    if (g.oscillation->width_rad != 0)
      fill(result.scene.rotation.steps_rad.range, std::optional(g.oscillation->width_rad));
  }
  if (g.crystal) result.geometry_crystal = {d.file, std::move(*g.crystal)};
  if (!b.wavelength_m && b.spectrum_file.empty())
    result.warnings.push_back(d.file + " does not state a wavelength, and there is no beam.wavelength: 1 A is used");
  result.file_notes.push_back("geometry of " + counted(d.panels.size(), "panel") + " from " + d.file);
}

void set_detector(Assembled& result) {
  const DetectorScene& d = result.scene.detector;
  Detector& detector = result.experiment.detector;
  if (!d.panels.empty()) {
    if (placed_by_numbers(d) || d.distance_m) refuse_twice("detector.panel");
    if (d.n_fast || d.n_slow || d.pixel_m)
      throw Error::usage({.what = "pixels are described twice",
                          .where = "detector.panel",
                          .rule = "panels have their own pixels",
                          .remedy = "remove detector.pixels and detector.pixel_size"});
    detector = {d.name, d.panels};
  } else {
    require_beam_along_x(result.scene.beam.direction);
    const formats::KnownDetector* known = d.name.empty() ? nullptr : &formats::detector_named(d.name);
    detector = known && known->arrangement ? arranged(d, *known)
                                           : Detector{known ? std::string(known->name) : "", {upright(d, known)}};
    if (known && !known->arrangement && has_other_pixels(detector.panels.front(), *known))
      result.warnings.push_back(d.name + " has " + std::to_string(known->n_fast) + " x " +
                                std::to_string(known->n_slow) + " pixels of " + format_number(known->pixel_um) +
                                " um, but the scene changes them: its gaps are masked only if their number is its own");
  }
  if (!d.mask_file.empty()) apply_mask_file(detector, d.mask_file);
}

}  // namespace femtobragg::assemble
