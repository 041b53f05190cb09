// Light that is lost on the way is missing from images, traces, truth and derivatives alike.
#include <gtest/gtest.h>

#include "femtobragg/gradients/gradient.h"
#include "femtobragg/simulate/simulation.h"
#include "femtobragg/simulate/truth.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

using Attenuated = EachWay;

/// Half of everything passes.
void dim(Experiment& e) {
  e.attenuation.obstacles = {{.shape = ObstacleShape::Square, .size_m = 1, .distance_m = 0.01, .transmission = 0.5}};
}

Experiment crystal_in_water() {
  Experiment e = simple_experiment();
  e.water_edge_m = 0.2e-6;
  e.detector.panels[0].mask.assign(101 * 101, 1);
  e.detector.panels[0].mask[101 * 50 + 7] = 0;
  return e;
}

TEST_P(Attenuated, ImagesAreTheirTransmissionTimesThoseWithoutObstacles) {
  Experiment e = crystal_in_water();
  const Image bare = rendered(e).image;
  e.attenuation.obstacles = {{.shape = ObstacleShape::Disc, .size_m = 4e-3, .distance_m = 0.03}};
  e.attenuation.media = {{.matter = {.attenuation_per_m = 5}}};
  const Image behind = rendered(e).image;
  const kernel::Plan plan = compile_plan(e);
  for (std::size_t slow = 0; slow < 101; ++slow)
    for (std::size_t fast = 0; fast < 101; ++fast) {
      const double expected = plan.panels[0].passes(fast, slow) * static_cast<double>(bare.row(slow)[fast]);
      EXPECT_NEAR(static_cast<double>(behind.row(slow)[fast]), expected,
                  2 * float_rounding * expected + error_of_floats(bare));
    }
  EXPECT_EQ(behind.row(50)[50], 0);
}

TEST_P(Attenuated, TracesTellOfIt) {
  Experiment e = crystal_in_water();
  const double bare = Simulation(e, request()).trace(20, 30)->pixel().photons;
  dim(e);
  const kernel::PixelRecord pixel = Simulation(e, request()).trace(20, 30)->pixel();
  EXPECT_EQ(pixel.transmission, 0.5);
  EXPECT_NEAR(pixel.photons, 0.5 * bare, 1e-5 * bare);
}

TEST_P(Attenuated, TruthHasThePhotonsThatArrive) {
  Experiment e = crystal_in_water();
  const Truth bare = truth_of(e, 1e-3, request());
  dim(e);
  const Truth dimmed = truth_of(e, 1e-3, request());
  ASSERT_FALSE(bare.reflections.empty());
  ASSERT_EQ(bare.reflections.size(), dimmed.reflections.size());
  EXPECT_NEAR(dimmed.photons, 0.5 * bare.photons, 1e-5 * bare.photons);
  for (std::size_t i = 0; i < bare.reflections.size(); ++i) {
    const TruthReflection &a = bare.reflections[i], &b = dimmed.reflections[i];
    EXPECT_NEAR(b.photons, 0.5 * a.photons, 1e-5 * a.photons);
    EXPECT_NEAR(b.background, 0.5 * a.background, 1e-5 * a.background);
  }
}

TEST_P(Attenuated, DerivativesAreThoseOfTheLightThatArrives) {
  Experiment e = crystal_in_water();
  e.structure_factors = std::make_shared<const StructureFactors>(
      StructureFactors::from_reflections({{0, 1, 1, 100}, {0, -1, 1, 90}, {0, 1, 2, 80}}, 10.0, "test"));
  const gradients::ParameterSpace bare_space(e, {"misset_x", "fluence", "background"});
  e.attenuation.obstacles = {{.shape = ObstacleShape::Disc, .size_m = 4e-3, .distance_m = 0.03, .transmission = 0.25}};
  const gradients::ParameterSpace space(e, {"misset_x", "fluence", "background"});
  const gradients::Gradient bare(bare_space, bare_space.start(), request()), behind(space, space.start(), request());
  const gradients::Jacobian a = bare.jacobian(), b = behind.jacobian();
  const kernel::PanelPlan& panel = behind.plan().panels[0];
  std::vector<double> weights(101 * 101), dimmed(101 * 101);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double left = panel.passes(i % 101, i / 101);
    weights[i] = std::sin(0.1 * static_cast<double>(i));
    dimmed[i] = left * weights[i];
    EXPECT_NEAR(b.photons[i], left * a.photons[i], 1e-12 * a.photons[i]);
    for (std::size_t p = 0; p < space.size(); ++p)
      EXPECT_NEAR(b.derivatives[p][i], left * a.derivatives[p][i], 1e-12 * std::abs(a.derivatives[p][i]));
  }
  const std::vector<double> expected = bare.adjoint(dimmed, true).amplitudes;
  const std::vector<double> amplitudes = behind.adjoint(weights, true).amplitudes;
  ASSERT_EQ(amplitudes.size(), expected.size());
  double largest = 0;
  for (const double x : expected) largest = std::max(largest, std::abs(x));
  EXPECT_GT(largest, 0);
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(amplitudes[i], expected[i], 1e-9 * largest);
}

INSTANTIATE_TEST_SUITE_P(backends, Attenuated, testing::ValuesIn(ways()), word_for);

}  // namespace
}  // namespace femtobragg::tests
