// Images of derivatives and sums over them, on every backend.
#include <gtest/gtest.h>

#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/gradients/finite_difference.h"
#include "femtobragg/gradients/gradient.h"
#include "tests/gradients/parameter_cases.h"

namespace femtobragg::tests {
namespace {

using gradients::Gradient;
using gradients::ParameterSpace;

class EachGradient : public testing::TestWithParam<std::string> {
 protected:
  static RenderRequest request(int threads = 1) {
    RenderRequest request;
    request.device = GetParam();
    request.control.threads = threads;
    return request;
  }

  /// A table of reflections, mosaic domains and a thick sensor.
  static Experiment rich_experiment() {
    Experiment e = small_experiment(cell_of(30, 40, 50, 75, 95, 105), {10, -20, 35});
    add_mosaic(e, 0.5, 3);
    e.detector.panels[0].sensor = {300e-6, 2000, 2, 150e-6, LayerRule::Centroid};
    std::vector<Reflection> list;
    for (int h = -4; h <= 4; ++h)
      for (int k = -4; k <= 4; ++k)
        for (int l = -4; l <= 4; ++l) list.push_back({h, k, l, 1e5 + 1e4 * h * h + 3e3 * k * h + 1e3 * l});
    e.structure_factors =
        std::make_shared<const StructureFactors>(StructureFactors::from_reflections(list, 0.0, "test"));
    return e;
  }
};

TEST_P(EachGradient, IsRightForAllParameters) {
  const ParameterSpace space(rich_experiment(), {"all", "F_0_0_0", "F_0_1_0"});
  const Gradient gradient(space, space.start(), request());
  for (const auto& check : gradients::check(space, space.start(), gradient.jacobian(0), 0))
    EXPECT_TRUE(check.passes) << check.info.name << ": " << check.verdict << ", " << check.best_error;
}

TEST_P(EachGradient, IsRightAwayFromTheBase) {
  const ParameterSpace space(rich_experiment(), {"rotation", "detector_rot_y", "beam_vertical", "panel0_rot_slow"});
  const std::vector<double> values = {0.3, -0.2, 0.5, 2, -0.1, 1};
  const Gradient gradient(space, values, request());
  for (const auto& check : gradients::check(space, values, gradient.jacobian(0), 0))
    EXPECT_TRUE(check.passes) << check.info.name << ": " << check.verdict << ", " << check.best_error;
}

TEST_P(EachGradient, SumsItsImages) {
  const ParameterSpace space(rich_experiment(), {"cell", "misset", "mosaic_spread", "distance", "F_0_1_0", "fluence"});
  const Gradient gradient(space, space.start(), request());
  const auto jacobian = gradient.jacobian(0);
  std::vector<double> weights;
  for (std::size_t i = 0; i < jacobian.photons.size(); ++i) weights.push_back(std::sin(0.1 * static_cast<double>(i)));
  const auto adjoint = gradient.adjoint(0, weights);
  EXPECT_TRUE(adjoint.amplitudes.empty());
  for (std::size_t p = 0; p < space.size(); ++p) {
    double sum = 0, size = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      sum += weights[i] * jacobian.derivatives[p][i];
      size += std::abs(weights[i] * jacobian.derivatives[p][i]);
    }
    EXPECT_NEAR(adjoint.parameters[p], sum, 1e-11 * size) << space.infos()[p].name;
    EXPECT_GT(size, 0) << space.infos()[p].name;
  }
}

TEST_P(EachGradient, DoesNotDependOnThreads) {
  const ParameterSpace space(rich_experiment(), {"all", "F_0_1_0"});
  const Gradient one(space, space.start(), request(1)), three(space, space.start(), request(3));
  const auto a = one.jacobian(0), b = three.jacobian(0);
  EXPECT_EQ(a.photons, b.photons);
  EXPECT_EQ(a.derivatives, b.derivatives);
  EXPECT_EQ(one.adjoint(0, a.photons, true).parameters, three.adjoint(0, a.photons, true).parameters);
  EXPECT_EQ(one.adjoint(0, a.photons, true).amplitudes, three.adjoint(0, a.photons, true).amplitudes);
}

TEST_P(EachGradient, RefusesWeightsOfAnotherSize) {
  const ParameterSpace space(rich_experiment(), {"cell"});
  const Gradient gradient(space, space.start(), request());
  EXPECT_THROW(gradient.adjoint(0, std::vector<double>(7)), Error);
}

TEST_P(EachGradient, TakesNoNumbersForWeightsOnlyUnderTheMask) {
  Experiment experiment = rich_experiment();
  Panel& panel = experiment.detector.panels[0];
  std::vector<double> weights(panel.n_fast * panel.n_slow, 1.0);
  weights[5] = std::nan("");
  const ParameterSpace space(experiment, {"misset"});
  EXPECT_THROW(Gradient(space, space.start(), request()).adjoint(0, weights), Error);
  panel.mask.assign(weights.size(), 1);
  panel.mask[5] = 0;
  const ParameterSpace masked(experiment, {"misset"});
  for (const double x : Gradient(masked, masked.start(), request()).adjoint(0, weights).parameters)
    EXPECT_TRUE(std::isfinite(x));
}

INSTANTIATE_TEST_SUITE_P(Backends, EachGradient, testing::ValuesIn(backend_names()), [](const auto& tested) {
  std::string name = tested.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace femtobragg::tests
