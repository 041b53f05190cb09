// Images of derivatives and sums over them, on every backend.
#include <gtest/gtest.h>

#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/gradients/finite_difference.h"
#include "femtobragg/gradients/gradient.h"
#include "femtobragg/model/panel_windows.h"
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
  for (const auto& check : gradients::check(space, space.start(), gradient.jacobian()))
    EXPECT_TRUE(check.passes) << check.info.name << ": " << check.verdict << ", " << check.best_error;
}

TEST_P(EachGradient, IsRightAwayFromTheBase) {
  const ParameterSpace space(rich_experiment(), {"rotation", "detector_rot_y", "beam_vertical", "panel0_rot_slow"});
  const std::vector<double> values = {0.3, -0.2, 0.5, 2, -0.1, 1};
  const Gradient gradient(space, values, request());
  for (const auto& check : gradients::check(space, values, gradient.jacobian()))
    EXPECT_TRUE(check.passes) << check.info.name << ": " << check.verdict << ", " << check.best_error;
}

TEST_P(EachGradient, SumsItsImages) {
  const ParameterSpace space(rich_experiment(), {"cell", "misset", "mosaic_spread", "distance", "F_0_1_0", "fluence"});
  const Gradient gradient(space, space.start(), request());
  const auto jacobian = gradient.jacobian();
  std::vector<double> weights;
  for (std::size_t i = 0; i < jacobian.photons.size(); ++i) weights.push_back(std::sin(0.1 * static_cast<double>(i)));
  const auto adjoint = gradient.adjoint(weights);
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
  const auto a = one.jacobian(), b = three.jacobian();
  EXPECT_EQ(a.photons, b.photons);
  EXPECT_EQ(a.derivatives, b.derivatives);
  EXPECT_EQ(one.adjoint(a.photons, true).parameters, three.adjoint(a.photons, true).parameters);
  EXPECT_EQ(one.adjoint(a.photons, true).amplitudes, three.adjoint(a.photons, true).amplitudes);
}

TEST_P(EachGradient, RefusesWeightsOfAnotherSize) {
  const ParameterSpace space(rich_experiment(), {"cell"});
  const Gradient gradient(space, space.start(), request());
  EXPECT_THROW(gradient.adjoint(std::vector<double>(7)), Error);
}

TEST_P(EachGradient, TakesNoNumbersForWeightsOnlyUnderTheMask) {
  Experiment experiment = rich_experiment();
  Panel& panel = experiment.detector.panels[0];
  std::vector<double> weights(panel.n_fast * panel.n_slow, 1.0);
  weights[5] = std::nan("");
  const ParameterSpace space(experiment, {"misset"});
  EXPECT_THROW(Gradient(space, space.start(), request()).adjoint(weights), Error);
  panel.mask.assign(weights.size(), 1);
  panel.mask[5] = 0;
  const ParameterSpace masked(experiment, {"misset"});
  for (const double x : Gradient(masked, masked.start(), request()).adjoint(weights).parameters)
    EXPECT_TRUE(std::isfinite(x));
}

/// Both panels in the image that they share: each as if it were alone.
TEST_P(EachGradient, IsOfTheWholeImage) {
  Experiment both = rich_experiment();
  Panel other = both.detector.panels[0];
  other.origin_m.y += 0.01;
  other.data_fast = other.n_fast + 3;
  both.detector.panels.push_back(other);
  const std::vector<std::string> names = {"cell_a", "misset_x", "fluence", "F_0_1_0"};
  const ParameterSpace space(both, names);
  const Gradient gradient(space, space.start(), request(2));
  const auto all = gradient.jacobian();
  ASSERT_EQ(all.n_fast, 2 * other.n_fast + 3);
  std::vector<double> weights;
  for (std::size_t i = 0; i < all.photons.size(); ++i) weights.push_back(std::sin(0.1 * static_cast<double>(i)));
  const auto adjoint = gradient.adjoint(weights, true);
  std::vector<double> parameters(names.size()), amplitudes(adjoint.amplitudes.size());
  for (const Panel& panel : both.detector.panels) {
    Experiment one = both;
    one.detector.panels = {panel};
    one.detector.panels[0].data_fast = 0;
    const ParameterSpace alone(one, names);
    const Gradient of_one(alone, alone.start(), request());
    const auto part = of_one.jacobian();
    for (std::size_t slow = 0; slow < panel.n_slow; ++slow)
      for (std::size_t fast = 0; fast < panel.n_fast; ++fast) {
        const std::size_t at = slow * all.n_fast + panel.data_fast + fast, own = slow * part.n_fast + fast;
        ASSERT_EQ(all.photons[at], part.photons[own]);
        for (std::size_t p = 0; p < names.size(); ++p) ASSERT_EQ(all.derivatives[p][at], part.derivatives[p][own]);
      }
    const auto sums = of_one.adjoint(cut_out(std::span<const double>(weights), gradient.shape(), panel), true);
    for (std::size_t p = 0; p < names.size(); ++p) parameters[p] += sums.parameters[p];
    for (std::size_t i = 0; i < amplitudes.size(); ++i) amplitudes[i] += sums.amplitudes[i];
  }
  EXPECT_EQ(all.photons[other.n_fast + 1], 0) << "between the panels";
  for (std::size_t p = 0; p < names.size(); ++p)
    EXPECT_NEAR(adjoint.parameters[p], parameters[p], 1e-10 * std::abs(parameters[p])) << names[p];
  for (std::size_t i = 0; i < amplitudes.size(); ++i)
    EXPECT_NEAR(adjoint.amplitudes[i], amplitudes[i], 1e-9 * std::abs(amplitudes[i]));
}

TEST_P(EachGradient, GoesToOtherValues) {
  const ParameterSpace space(rich_experiment(), {"cell", "distance", "F_0_1_0"});
  std::vector<double> there = space.start();
  for (double& x : there) x *= 1.001;
  Gradient gradient(space, space.start(), request());
  const auto here = gradient.jacobian();
  gradient.move_to(there);
  EXPECT_EQ(gradient.jacobian().derivatives, Gradient(space, there, request()).jacobian().derivatives);
  there[0] = -1;
  EXPECT_THROW(gradient.move_to(there), Error);
  gradient.move_to(space.start());
  EXPECT_EQ(gradient.jacobian().derivatives, here.derivatives);
}

TEST_P(EachGradient, StopsWhenAsked) {
  const ParameterSpace space(rich_experiment(), {"cell"});
  const Gradient gradient(space, space.start(), request());
  std::stop_source source;
  const auto visit = [&](const auto&) { source.request_stop(); };
  EXPECT_THROW(gradient.visit(visit, {.stop = source.get_token()}), backends::Stopped);
  EXPECT_THROW(gradient.jacobian({.stop = source.get_token()}), backends::Stopped);
  EXPECT_EQ(gradient.jacobian().photons, Gradient(space, space.start(), request()).jacobian().photons);
}

INSTANTIATE_TEST_SUITE_P(Backends, EachGradient, testing::ValuesIn(backend_names()), [](const auto& tested) {
  std::string name = tested.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace femtobragg::tests
