// Experiments in which every parameter has something to change.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "femtobragg/gradients/parameter.h"
#include "femtobragg/physics/mosaic_rotation.h"
#include "femtobragg/physics/rotation.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {

struct ParameterCase {
  std::string name;
  Experiment experiment;

  friend void PrintTo(const ParameterCase& tested, std::ostream* out) { *out << tested.name; }
};

inline Experiment small_experiment(const UnitCell& cell, const Vec3d& misset_deg = {}) {
  Experiment e = simple_experiment();
  e.detector.panels = {facing_panel(0.1, 0.5e-3, 15)};
  e.crystal = crystal_of(cell, 5);
  const auto turn = [&](Vec3d& v) { v = physics::rotate_about_lab_axes(v, (pi / 180) * misset_deg); };
  CrystalAxes& axes = e.crystal.axes;
  for (Vec3d* v : {&axes.a_m, &axes.b_m, &axes.c_m, &axes.a_star_A, &axes.b_star_A, &axes.c_star_A}) turn(*v);
  e.beam.polarization_fraction = 0.6;
  e.water_edge_m = 2e-6;
  return e;
}

inline void add_mosaic(Experiment& e, double spread_deg, int domains) {
  e.crystal.mosaic_spread_rad = in_radians(spread_deg);
  e.crystal.mosaic_rotations = {Mat3d::identity()};
  for (int i = 1; i < domains; ++i) {
    const Vec3d axis = unit(Vec3d{0.3 * i, 1.0 - i, 0.7});
    e.crystal.mosaic_rotations.push_back(rotation_matrix(axis, e.crystal.mosaic_spread_rad * (0.3 + 0.1 * i)));
  }
}

inline void add_sources(Experiment& e) {
  e.beam.sources.clear();
  for (const double tilt : {-0.01, 0.0, 0.02})
    for (const double shift : {-0.01, 0.0, 0.015})
      e.beam.sources.push_back({unit(Vec3d{-1, tilt, 0.3 * tilt}), e.beam.wavelength_m * (1 + shift), 1 + tilt});
}

inline void tilt(Panel& panel, const Vec3d& angles_deg) {
  const auto turn = [&](const Vec3d& v) { return physics::rotate_about_lab_axes(v, (pi / 180) * angles_deg); };
  panel.origin_m = turn(panel.origin_m);
  panel.fast_axis = turn(panel.fast_axis);
  panel.slow_axis = turn(panel.slow_axis);
  panel.normal = turn(panel.normal);
}

inline std::vector<ParameterCase> parameter_cases() {
  const UnitCell triclinic = cell_of(30, 40, 50, 75, 95, 105), right = cell_of(30, 40, 50, 90, 90, 90);
  std::vector<ParameterCase> cases = {{"Triclinic", small_experiment(triclinic, {10, -20, 35})},
                                      {"RightAngles", small_experiment(right)},
                                      {"Monoclinic", small_experiment(cell_of(30, 40, 50, 90, 110, 90))}};
  {
    Experiment e = small_experiment(triclinic, {10, -20, 35});
    e.spindle = {unit(Vec3d{0.1, 1, -0.2}), 0, in_radians(2), in_radians(1), 2};
    add_mosaic(e, 0.5, 4);
    cases.push_back({"SweepAndMosaic", e});
  }
  {
    Experiment e = small_experiment(right, {0, 5, 0});
    add_sources(e);
    cases.push_back({"ManySources", e});
  }
  {
    Experiment e = small_experiment(right);
    tilt(e.detector.panels[0], {3, -10, 5});
    e.detector.panels[0].sensor = Sensor::of(300e-6, 2000, 3);
    cases.push_back({"TiltedThickSensor", e});
  }
  {
    Experiment e = small_experiment(triclinic);
    e.detector.panels.push_back(e.detector.panels[0]);
    e.detector.panels[1].data_slow = e.detector.panels[0].n_slow;
    tilt(e.detector.panels[1], {0, 12, 1});
    cases.push_back({"TwoPanels", e});
  }
  {
    Experiment e = small_experiment(triclinic);
    e.backgrounds = {{"air", {0, 1e10}, {3e7, 2e7}, 5}, {"ice", {0, 2e9, 1e10}, {1, 4, 0}, 0.3}};
    cases.push_back({"Backgrounds", e});
  }
  {
    Experiment e = small_experiment(triclinic);
    Panel& panel = e.detector.panels[0];
    panel.curvature = Curvature::Spherical;
    panel.curvature_radius_m = 0.1;
    tilt(panel, {0, 2, -3});
    add_sources(e);
    cases.push_back({"Spherical", e});
  }
  return cases;
}

}  // namespace femtobragg::tests
