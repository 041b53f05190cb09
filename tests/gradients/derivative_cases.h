// Small experiments, each with one more thing to differentiate through.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "femtobragg/physics/lattice_factor/shapes.h"
#include "tests/gradients/parameter_cases.h"

namespace femtobragg::tests {

/// Amplitudes of all reflections up to `most`, no two alike.
inline std::shared_ptr<const StructureFactors> varied_factors(int most) {
  std::vector<Reflection> list;
  for (int h = -most; h <= most; ++h)
    for (int k = -most; k <= most; ++k)
      for (int l = -most; l <= most; ++l)
        list.push_back(
            {h, k, l, 100 + 30 * std::sin(1.3 * h + 0.4) * std::cos(0.7 * k - 0.2) + 20 * std::sin(2.1 * l + k)});
  return std::make_shared<const StructureFactors>(StructureFactors::from_reflections(list, 0.0, "test"));
}

/// 11 x 11 pixels, no symmetry in anything.
inline Experiment plain_experiment() {
  Experiment e = small_experiment(cell_of(30, 40, 50, 75, 95, 105), {10, -20, 35});
  e.detector.panels = {facing_panel(0.1, 0.7e-3, 11)};
  tilt(e.detector.panels[0], {0, 4, -3});
  e.water_edge_m = 2e-7;  // no brighter than the crystal: rounding of a bright background drowns differences
  return e;
}

inline Experiment with_shape(CrystalShape shape, const std::array<double, 3>& cells) {
  Experiment e = plain_experiment();
  e.crystal.shape = shape;
  e.crystal.cells = cells;
  return e;
}

/// One for each shape, then one for each thing that photons are summed over or looked up in.
inline std::vector<ParameterCase> derivative_cases() {
  std::vector<ParameterCase> cases = {{"OddCells", with_shape(CrystalShape::Parallelepiped, {5, 7, 3})},
                                      {"EvenCells", with_shape(CrystalShape::Parallelepiped, {4, 6, 8})},
                                      {"ManyCells", with_shape(CrystalShape::Parallelepiped, {20, 20, 20})},
                                      {"BrokenCells", with_shape(CrystalShape::Parallelepiped, {12.4, 12.4, 12.4})},
                                      {"Ellipsoid", with_shape(CrystalShape::Ellipsoid, {5, 6, 4})},
                                      {"Gaussian", with_shape(CrystalShape::Gaussian, {5, 6, 4})}};
  const auto add = [&](const std::string& name, auto&& change) {
    Experiment e = plain_experiment();
    change(e);
    cases.push_back({name, e});
  };
  // Straight lines: at a bend there is no derivative.
  add("Backgrounds", [](Experiment& e) {
    e.backgrounds = {{"air", {0, 1e10}, {4, 1}, 1e6}, {"ice", {1e8, 9e9}, {1e5, 9e6}, 0.7}};
  });
  add("BackgroundsOfPaths", [](Experiment& e) {
    add_sources(e);
    e.detector.panels[0].sensor = {450e-6, 3000, 2, 225e-6, LayerRule::Centroid};
    e.backgrounds = {{"air", {0, 1e10}, {4, 1}, 2, {}, 1e6, -0.02, 0.03}, {"ice", {1e8, 9e9}, {1e5, 9e6}, 0.7}};
  });
  add("BackgroundsOfManyRays", [](Experiment& e) {
    add_sources(e);
    e.backgrounds = {{"air", {0, 1e10}, {4, 1}, 1e6}};
  });
  // As bright as one block, so that rounding is that of other cases.
  add("ManyBlocks", [](Experiment& e) {
    e.crystal.lit_volume_m3 = 1.7 * block_volume_m3(e.crystal);
    e.backgrounds = {{"air", {0, 1e10}, {4, 1}, 1e6}};
  });
  add("Oversampled", [](Experiment& e) { e.sampling.oversample = 2; });
  add("ManyRays", [](Experiment& e) { add_sources(e); });
  add("ThickSensor", [](Experiment& e) {
    e.detector.panels[0].sensor = {450e-6, 3000, 3, 150e-6, LayerRule::Centroid};
  });
  add("NearestReflections", [](Experiment& e) { e.structure_factors = varied_factors(6); });
  add("Interpolated", [](Experiment& e) {
    e.structure_factors = varied_factors(6);
    e.sampling.interpolate = true;
  });
  add("SweepAndMosaic", [](Experiment& e) {
    e.spindle = {unit(Vec3d{0.1, 1, -0.2}), in_radians(3), in_radians(2), in_radians(1), 2};
    add_mosaic(e, 0.5, 4);
  });
  add("TwoTiltedPanels", [](Experiment& e) {
    e.detector.panels.push_back(e.detector.panels[0]);
    e.detector.panels[1].data_slow = e.detector.panels[0].n_slow + 2;
    tilt(e.detector.panels[0], {3, -10, 5});
    tilt(e.detector.panels[1], {0, 12, 1});
  });
  add("Spherical", [](Experiment& e) {
    Panel& panel = e.detector.panels[0];
    panel.curvature = Curvature::Spherical;
    panel.curvature_radius_m = 0.1;
    panel.sensor = Sensor::of(450e-6, 3000, 2);
    add_sources(e);
  });
  add("PartOfThePanel", [](Experiment& e) {
    Panel& panel = e.detector.panels[0];
    panel.region = RegionOfInterest{2, 10, 1, 9};
    panel.mask.assign(panel.n_fast * panel.n_slow, 1);
    for (std::size_t i = 0; i < panel.mask.size(); i += 5) panel.mask[i] = 0;
  });
  add("Recorded", [](Experiment& e) {
    e.recording = {.gain = 2.3, .pedestal = 4};
    Panel& panel = e.detector.panels[0];
    panel.mask.assign(panel.n_fast * panel.n_slow, 1);
    for (std::size_t i = 0; i < panel.mask.size(); i += 7) panel.mask[i] = 0;
  });
  add("SpreadLight", [](Experiment& e) {
    e.recording = {.gain = 0.4, .pedestal = -3, .point_spread = {SpreadShape::Gaussian, 0.8e-3}};
    e.detector.panels.push_back(e.detector.panels[0]);
    e.detector.panels[1].data_slow = e.detector.panels[0].n_slow + 2;
    tilt(e.detector.panels[1], {0, 12, 1});
    Panel& panel = e.detector.panels[0];
    panel.region = RegionOfInterest{1, 10, 2, 11};
    panel.mask.assign(panel.n_fast * panel.n_slow, 1);
    for (std::size_t i = 0; i < panel.mask.size(); i += 7) panel.mask[i] = 0;
  });
  add("LightSpreadByFibres", [](Experiment& e) {
    e.recording = {.gain = 1.7, .pedestal = 5, .point_spread = {SpreadShape::Fibre, 0.9e-3}};
  });
  add("Everything", [](Experiment& e) {
    e.structure_factors = varied_factors(6);
    e.sampling.oversample = 2;
    add_mosaic(e, 0.5, 2);
    e.beam.sources.clear();
    for (const double side : {-1.0, 1.0})
      e.beam.sources.push_back({unit(Vec3d{-1, 0.002 * side, 0.001}), e.beam.wavelength_m * (1 + 0.005 * side), 1});
    e.detector.panels[0].sensor = Sensor::of(450e-6, 3000, 2);
  });
  return cases;
}

/// All that have derivatives, in lists without two that turn the same thing.
inline std::vector<std::vector<std::string>> all_parameters(const Experiment& experiment) {
  std::vector<std::vector<std::string>> lists(2);
  const bool blocks = experiment.crystal.lit_volume_m3 > 0;
  for (const auto& listed : gradients::list_parameters(experiment)) {
    const std::string& name = listed.info.name;
    if (listed.why_not) continue;
    if (blocks && (name == "F_scale" || name == "blocks"))
      lists.push_back({name, "cells_a", "cell_a"});
    else if (name == "F_h_k_l")
      lists[0].insert(lists[0].end(), {"F_0_0_0", "F_0_1_0", "F_0_1_-1"});
    else if (name == "gain")
      lists.push_back({name, "cell_a"});
    else
      lists[name.starts_with("rotation_") || name == "F_scale" ? 1 : 0].push_back(name);
  }
  return lists;
}

}  // namespace femtobragg::tests
