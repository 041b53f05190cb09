// Experiments with every kind of sum over a reflection.
#pragma once

#include "femtobragg/physics/lattice_factor/shapes.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {

/// Gaussian spots that stay apart, a sensor with depth, polarized light.
inline Experiment sharp_experiment() {
  Experiment e = simple_experiment();
  e.crystal = crystal_of(cell_of(30, 40, 50, 75, 95, 105), 12);
  e.crystal.shape = CrystalShape::Gaussian;
  e.beam.polarization_fraction = 0.9;
  e.sampling.oversample = 2;
  e.detector.panels.front().sensor = Sensor::of(3e-4, 2000, 2);
  return e;
}

/// Every kind of sum: two panels, domains, a sweep and two wavelengths, with water in the background.
inline Experiment everything() {
  Experiment e = sharp_experiment();
  Panel other = e.detector.panels.front();
  other.origin_m = other.origin_m + Vec3d{0.02, 0.045, 0.01};
  other.data_slow = 101;
  e.detector.panels.push_back(other);
  e.crystal.mosaic_rotations = {Mat3d::identity(), rotation_matrix(Vec3d{0, 0, 1}, 0.004)};
  e.spindle.axis = {0, 0, 1};
  e.spindle.phi_range_rad = 0.02;
  e.spindle.phi_step_rad = 0.005;
  e.spindle.phi_steps = 4;
  e.beam.sources.push_back({-e.beam.direction, 1.02e-10, 0.5});
  return e;
}

}  // namespace femtobragg::tests
