// From an experiment to what files state of it.
#include "femtobragg/model/geometry.h"

namespace femtobragg {

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
  geometry.crystal = StatedCrystal{experiment.crystal.axes, experiment.crystal.space_group};
  return geometry;
}

}  // namespace femtobragg
