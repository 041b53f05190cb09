// From an experiment to what files state of it.
#include "femtobragg/model/geometry.h"

#include <algorithm>
#include <cmath>

namespace femtobragg {

bool StatedCrystal::beyond_scan(double begin_rad, double end_rad) const {
  if (at_scan_points.empty()) return false;
  const auto frame_at = [&](double phi_rad) { return (phi_rad - scan.start_rad) / scan.width_rad; };
  const double begin = frame_at(begin_rad), end = frame_at(end_rad);
  const double frames = static_cast<double>(at_scan_points.size() - 1);
  constexpr double rounding = 1e-6;
  return begin < -rounding || begin > frames - rounding || end < -rounding || end > frames + rounding;
}

const CrystalAxes& StatedCrystal::axes_at(double phi_rad) const {
  if (at_scan_points.empty()) return axes;
  constexpr double rounding = 1e-6;
  const double frame = std::floor((phi_rad - scan.start_rad) / scan.width_rad + rounding);
  return at_scan_points[static_cast<std::size_t>(
      std::clamp(frame, 0.0, static_cast<double>(at_scan_points.size() - 1)))];
}

Geometry geometry_stated_of(const Experiment& experiment, std::size_t frames) {
  const Beam& beam = experiment.beam;
  const Spindle& spindle = experiment.spindle;
  Geometry geometry;
  geometry.detector = experiment.detector;
  geometry.beam_direction = unit(beam.direction);
  geometry.wavelength_m = beam.wavelength_m;
  if (beam.apply_polarization) {
    geometry.polarization_fraction = beam.polarization_fraction;
    geometry.polarization_axis = beam.polarization_axis;
  }
  geometry.spindle_axis = spindle.axis;
  geometry.oscillation = Oscillation{spindle.phi_start_rad, spindle.phi_range_rad, frames};
  if (experiment.structure_factors && experiment.structure_factors->are_none()) return geometry;
  geometry.crystal = StatedCrystal{experiment.crystal.axes, experiment.crystal.space_group, {}, {}};
  for (std::size_t i = 1; i < experiment.lattices.size(); ++i)
    geometry.other_crystals.push_back({experiment.lattices[i].axes, experiment.crystal.space_group, {}, {}});
  return geometry;
}

}  // namespace femtobragg
