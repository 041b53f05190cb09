// A beam whose light changes from phi step to phi step: an image is the mean over its steps, each with its own light.
#include <gtest/gtest.h>

#include <numeric>

#include "femtobragg/gradients/gradient.h"
#include "femtobragg/simulate/simulation.h"
#include "femtobragg/simulate/truth.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

using StepLight = EachWay;

/// Four steps of a quarter of a degree, of a crystal of several mosaic domains.
Experiment turning() {
  Experiment e = simple_experiment();
  e.spindle = {
      .phi_start_rad = in_radians(3), .phi_range_rad = in_radians(1), .phi_step_rad = in_radians(0.25), .phi_steps = 4};
  e.crystal.mosaic_rotations = {Mat3d::identity(), rotation_matrix({1, 0, 0}, in_radians(0.2))};
  return e;
}

const std::vector<double> uneven = {1.5, 0, 0.75, 1.25};

/// The still that stands for a step.
Experiment still(Experiment e, std::size_t step) {
  const double phi = e.spindle.phi_rad(static_cast<std::int64_t>(step));
  e.spindle = {.phi_start_rad = phi};
  return e;
}

TEST_P(StepLight, IsThatOfEachStepAndItsMeanForBackgrounds) {
  Experiment e = turning();
  std::vector<double> expected(101 * 101, 0.0);
  for (std::size_t step = 0; step < uneven.size(); ++step) {
    const Image one = rendered(still(e, step)).image;
    for (std::size_t i = 0; i < expected.size(); ++i)
      expected[i] += 0.25 * uneven[step] * static_cast<double>(one.pixels[i]);
  }
  Experiment dark = e;
  dark.structure_factors = uniform_factors(0);
  dark.water_edge_m = e.water_edge_m = 1e-6;
  dark.backgrounds = e.backgrounds = {{.stol_per_m = {0, 1e10}, .intensity_e2 = {40, 4}, .molecules = 1e8}};
  const Image background = rendered(dark).image;
  const double mean = 0.25 * std::accumulate(uneven.begin(), uneven.end(), 0.0);
  ASSERT_NE(mean, 1);
  e.spindle.step_light = uneven;
  const Image image = rendered(e).image;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double photons = expected[i] + mean * static_cast<double>(background.pixels[i]);
    ASSERT_NEAR(static_cast<double>(image.pixels[i]), photons,
                4 * float_rounding * photons + 2 * error_of_floats(image))
        << i;
  }
}

TEST_P(StepLight, ThatIsEvenChangesNothing) {
  Experiment e = turning();
  const Image steady = rendered(e).image;
  e.spindle.step_light.assign(4, 1.0);
  EXPECT_EQ(rendered(e).image.pixels, steady.pixels);
}

TEST_P(StepLight, IsInDerivativesAndTruth) {
  Experiment e = turning();
  e.structure_factors = std::make_shared<const StructureFactors>(
      StructureFactors::from_reflections({{0, 1, 1, 100}, {0, -1, 1, 90}, {0, 1, 2, 80}}, 10.0, "test"));
  e.spindle.step_light = uneven;
  const gradients::ParameterSpace space(e, {"fluence", "rotation_x"});
  const gradients::Jacobian jacobian = gradients::Gradient(space, space.start(), request()).jacobian();
  const Image image = rendered(e).image;
  const auto at = [&](double misset) {
    std::vector<double> values = space.start();
    values[1] += misset;
    return rendered(space.at(values)).image;
  };
  const double step = 2e-3;  // degrees
  const Image more = at(step), less = at(-step);
  double largest = 0;
  for (const double d : jacobian.derivatives[1]) largest = std::max(largest, std::abs(d));
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const auto photons = static_cast<double>(image.pixels[i]);
    EXPECT_NEAR(jacobian.photons[i], photons, 1e-5 * photons + 2 * error_of_floats(image));
    EXPECT_NEAR(jacobian.derivatives[0][i] * space.start()[0], photons, 1e-5 * photons + 2 * error_of_floats(image));
    if (GetParam().in_floats()) continue;
    const double change = (static_cast<double>(more.pixels[i]) - static_cast<double>(less.pixels[i])) / (2 * step);
    EXPECT_NEAR(jacobian.derivatives[1][i], change, 1e-3 * largest + 2 * float_rounding * photons / step);
  }
  const Truth truth = truth_of(e, 1e-6, request());
  EXPECT_NEAR(truth.photons, sum_of(image), 1e-4 * sum_of(image));
}

/// Terms that are left out are judged by the light of the brightest step.
TEST_P(StepLight, KeepsWithinTheToleranceOfWhatIsLeftOut) {
  Experiment e = turning();
  e.spindle.step_light = {20, 0, 0, 0};
  const kernel::Plan plan = compile_plan(e);
  RenderRequest loose = request();
  loose.control.tolerance = 1e-3;
  const Rendering all = render(plan, 0, request()), some = render(plan, 0, loose);
  for (std::size_t i = 0; i < all.image.pixels.size(); ++i)
    EXPECT_NEAR(
        static_cast<double>(some.image.pixels[i]), static_cast<double>(all.image.pixels[i]),
        some.summary.bound_photons + 2 * error_of_floats(all.image) + 1e-6 * static_cast<double>(all.image.pixels[i]));
}

TEST(StepLightRules, RefuseWhatDoesNotFit) {
  Experiment e = turning();
  for (const std::vector<double>& wrong : {std::vector<double>{1, 1}, {1, 1, 1, -1}, {1, 1, 1, std::nan("")}}) {
    e.spindle.step_light = wrong;
    EXPECT_THROW(compile_plan(e), Error);
  }
}

INSTANTIATE_TEST_SUITE_P(backends, StepLight, testing::ValuesIn(ways()), word_for);

}  // namespace
}  // namespace femtobragg::tests
