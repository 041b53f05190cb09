// Images do not depend on the number of threads, and regions and masks leave the rest as it is.
#include <gtest/gtest.h>

#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

/// Something of everything: sub-pixels, layers, sources, phi steps, domains, water, a table that is left in places.
Experiment busy_experiment() {
  Experiment e = simple_experiment();
  e.crystal.cells = {2, 3, 2};
  StructureFactors table = StructureFactors::table({{-6, -8, -10}, {6, 8, 10}}, 0, "test");
  for (std::size_t i = 0; i < table.values.size(); ++i) table.values[i] = static_cast<double>(10 + i * 7919 % 90);
  table.default_amplitude = 5;
  e.structure_factors = std::make_shared<const StructureFactors>(table);
  e.sampling.oversample = 2;
  e.sampling.interpolate = true;
  e.beam.polarization_fraction = 0.9;
  e.beam.sources.push_back({unit(Vec3d{-1, 0.003, -0.002}), 1.01e-10, 2});
  e.spindle = {{0, 0, 1}, 0, 0, 0.01, 2};
  e.crystal.mosaic_rotations = {Mat3d::identity(), {{0, -1, 0}, {1, 0, 0}, {0, 0, 1}}};
  e.detector.panels[0].sensor = {3e-4, 4e3, 2, 1.5e-4, LayerRule::Centroid};
  e.water_edge_m = 1e-7;
  return e;
}

Experiment with_old_rules(Experiment e, FactorRule rule) {
  e.sampling.compatibility = {.capture = rule,
                              .polarization = rule,
                              .solid_angle = rule,
                              .background_in_sum = true,
                              .interpolation_stops_for_good = true,
                              .phi_zero_keeps_orientation = true,
                              .polarization_ignores_off_switch = true,
                              .solid_angle_over_steps = true};
  return e;
}

using Determinism = EachWay;

void expect_same(const Rendering& a, const Rendering& b) {
  // Bit by bit.
  EXPECT_EQ(a.image.pixels, b.image.pixels);
  EXPECT_EQ(a.summary.solid_angle_sr, b.summary.solid_angle_sr);
  EXPECT_EQ(a.summary.interpolation_stopped, b.summary.interpolation_stopped);
}

TEST_P(Determinism, ThreadsDoNotMatter) {
  const Experiment e = busy_experiment();
  const Rendering one = rendered(e, 0, 1);
  for (const int threads : {2, 3, 8}) expect_same(rendered(e, 0, threads), one);
}

TEST_P(Determinism, ThreadsDoNotMatterForRulesThatFollowTheOrderOfPixels) {
  for (const FactorRule rule : {FactorRule::FirstSample, FactorRule::RunningProduct, FactorRule::EachSample}) {
    const Experiment e = with_old_rules(busy_experiment(), rule);
    const Rendering one = rendered(e, 0, 1);
    // The table is left somewhere on the panel: that switches interpolation off from there on.
    EXPECT_TRUE(one.summary.interpolation_stopped);
    for (const int threads : {2, 3, 8}) expect_same(rendered(e, 0, threads), one);
  }
}

TEST_P(Determinism, InterpolationMayStopInAnyRow) {
  // Where the panel begins decides in which row the table is left first.
  for (const std::size_t first_row : {0u, 20u, 38u, 45u, 50u}) {
    Experiment e = with_old_rules(busy_experiment(), FactorRule::FirstSample);
    e.detector.panels[0].region = RegionOfInterest{48, 60, first_row, 101};
    expect_same(rendered(e, 0, 5), rendered(e, 0, 1));
  }
}

TEST_P(Determinism, RegionLeavesTheRestZero) {
  Experiment e = busy_experiment();
  const Image whole = rendered(e).image;
  e.detector.panels[0].region = RegionOfInterest{30, 62, 17, 80};
  const Image part = rendered(e).image;
  for (std::size_t slow = 0; slow < whole.n_slow; ++slow)
    for (std::size_t fast = 0; fast < whole.n_fast; ++fast) {
      const bool inside = fast >= 30 && fast < 62 && slow >= 17 && slow < 80;
      // Pixels of another tile are placed from another centre: floats round there in another way.
      const double allowed = inside ? error_of_floats(whole) : 0;
      ASSERT_NEAR(part.row(slow)[fast], inside ? whole.row(slow)[fast] : 0.0f, allowed);
    }
}

TEST_P(Determinism, MaskLeavesItsPixelsZero) {
  Experiment e = busy_experiment();
  const Image whole = rendered(e).image;
  Panel& panel = e.detector.panels[0];
  panel.mask.assign(panel.n_fast * panel.n_slow, 1);
  for (std::size_t i = 0; i < panel.mask.size(); i += 3) panel.mask[i] = 0;
  const Image masked = rendered(e).image;
  for (std::size_t i = 0; i < whole.pixels.size(); ++i)
    ASSERT_EQ(masked.pixels[i], i % 3 == 0 ? 0.0f : whole.pixels[i]);
}

TEST_P(Determinism, EmptyRegionIsBlack) {
  Experiment e = busy_experiment();
  e.detector.panels[0].region = RegionOfInterest::nothing();
  const Rendering rendering = rendered(e);
  EXPECT_EQ(sum_of(rendering.image), 0);
  EXPECT_EQ(rendering.summary.solid_angle_sr, 0);
}

TEST_P(Determinism, PanelsAreIndependent) {
  Experiment e = busy_experiment();
  const Image first = rendered(e).image;
  e.detector.panels.push_back(facing_panel(0.05, 1e-3, 11));
  e.detector.panels[1].data_slow = e.detector.panels[0].n_slow;
  EXPECT_EQ(rendered(e, 0).image.pixels, first.pixels);
  e.detector.panels.erase(e.detector.panels.begin());
  const Image alone = rendered(e, 0).image;
  EXPECT_EQ(alone.n_fast, 11u);
  EXPECT_GT(sum_of(alone), 0);
}

INSTANTIATE_TEST_SUITE_P(backends, Determinism, testing::ValuesIn(ways()), word_for);

}  // namespace
}  // namespace femtobragg::tests
