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

/// Light of a path goes past obstacles on its own way, beside that of the sample.
TEST_P(Attenuated, PathsHaveATransmissionOfTheirOwn) {
  Experiment e = crystal_in_water();
  e.water_edge_m = 2e-6;
  Experiment path = e;
  path.structure_factors = uniform_factors(0);
  path.water_edge_m = 0;
  path.backgrounds = {{.stol_per_m = {0, 1e10}, .intensity_e2 = {40, 4}, .molecules = 1e12}};
  path.backgrounds[0].from_m = -0.02, path.backgrounds[0].to_m = 0.05;
  Experiment both = e;
  both.backgrounds = path.backgrounds;
  const Image of_path = rendered(path).image, of_sample = rendered(e).image;
  both.attenuation.obstacles = {
      {.shape = ObstacleShape::Disc, .size_m = 4e-3, .distance_m = 0.03, .arm_width_m = 2e-3}};
  both.attenuation.media = {{.matter = {.attenuation_per_m = 5}}};
  const Image behind = rendered(both).image;
  const kernel::Plan plan = compile_plan(both);
  int in_shadow = 0;
  for (std::size_t slow = 0; slow < 101; ++slow)
    for (std::size_t fast = 0; fast < 101; ++fast) {
      const double sample = plan.panels[0].passes(fast, slow),
                   own = plan.panels[0].passes(plan.backgrounds[1], fast, slow);
      const double expected =
          sample * static_cast<double>(of_sample.row(slow)[fast]) + own * static_cast<double>(of_path.row(slow)[fast]);
      EXPECT_NEAR(static_cast<double>(behind.row(slow)[fast]), expected, 2e-6 * expected + error_of_floats(of_sample));
      in_shadow += sample == 0 && own > 0;
    }
  EXPECT_GT(in_shadow, 50);
}

TEST_P(Attenuated, DerivativesByThePathsScaleAreItsPhotons) {
  Experiment e = isotropic_experiment();
  e.water_edge_m = 0;
  e.detector.panels = {facing_panel(0.1, 2e-3, 31)};
  e.backgrounds = {{.stol_per_m = {0, 1e10}, .intensity_e2 = {40, 4}, .scale = 2, .molecules = 1e12}};
  e.backgrounds[0].from_m = -0.02, e.backgrounds[0].to_m = 0.05;
  e.attenuation.obstacles = {{.shape = ObstacleShape::Disc, .size_m = 4e-3, .distance_m = 0.03}};
  const gradients::ParameterSpace space(e, {"background1_scale"});
  const gradients::Jacobian jacobian = gradients::Gradient(space, space.start(), request()).jacobian();
  const Image image = rendered(e).image;
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const auto photons = static_cast<double>(image.pixels[i]);
    EXPECT_NEAR(jacobian.photons[i], photons, 2e-6 * photons);
    EXPECT_NEAR(jacobian.derivatives[0][i], 0.5 * photons, 2e-6 * photons);
  }
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
