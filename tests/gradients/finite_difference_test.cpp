// The judge: right derivatives pass, those that are one percent off do not.
#include <gtest/gtest.h>

#include <cmath>

#include "femtobragg/gradients/finite_difference.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "tests/gradients/parameter_cases.h"

namespace femtobragg::tests {
namespace {

using gradients::Jacobian;
using gradients::ParameterSpace;

/// The derivative by a quotient of sixth order, which the judge's own are not.
std::vector<double> derivative_of(const ParameterSpace& space, std::size_t parameter, double step) {
  const double weights[] = {-1 / 60., 3 / 20., -3 / 4., 3 / 4., -3 / 20., 1 / 60.};
  const double places[] = {-3, -2, -1, 1, 2, 3};
  std::vector<double> derivative;
  for (std::size_t i = 0; i < 6; ++i) {
    std::vector<double> values = space.start();
    values[parameter] += places[i] * step;
    const auto photons = gradients::photons_in_doubles(space.at(values)).photons;
    derivative.resize(photons.size());
    for (std::size_t pixel = 0; pixel < photons.size(); ++pixel)
      derivative[pixel] += weights[i] * photons[pixel] / step;
  }
  return derivative;
}

Experiment soft_experiment() {
  Experiment e = small_experiment(cell_of(30, 40, 50, 75, 95, 105), {10, -20, 35});
  e.crystal.shape = CrystalShape::Gaussian;
  e.water_edge_m = 0;
  return e;
}

std::vector<gradients::ParameterCheck> checked(const ParameterSpace& space, double factor) {
  Jacobian jacobian;
  for (std::size_t i = 0; i < space.size(); ++i) {
    jacobian.derivatives.push_back(derivative_of(space, i, 0.2 * space.infos()[i].scale));
    for (double& x : jacobian.derivatives.back()) x *= factor;
  }
  return gradients::check(space, space.start(), jacobian);
}

TEST(FiniteDifferences, LetRightDerivativesPass) {
  const ParameterSpace space(soft_experiment(), {"misset_x", "cell_b", "fluence", "polarization", "distance"});
  for (const auto& check : checked(space, 1)) {
    EXPECT_TRUE(check.passes) << check.info.name << ": " << check.verdict << ", " << check.best_error << ", "
                              << check.correlation;
    EXPECT_EQ(check.verdict, check.info.name == "fluence" || check.info.name == "polarization" ? "exact" : "right");
  }
}

TEST(FiniteDifferences, SeeOnePercent) {
  const ParameterSpace space(soft_experiment(), {"misset_x", "fluence"});
  for (const auto& check : checked(space, 1.01)) {
    EXPECT_FALSE(check.passes) << check.info.name;
    EXPECT_EQ(check.verdict, "differs");
    EXPECT_NEAR(check.best_error, 0.01 / 1.01, 1e-5);
  }
}

TEST(FiniteDifferences, SeeDerivativesThatAreMissing) {
  const ParameterSpace space(soft_experiment(), {"misset_x"});
  const auto check = checked(space, 0)[0];
  EXPECT_FALSE(check.passes) << check.verdict;
}

TEST(FiniteDifferences, GoToOneSideAtABound) {
  Experiment e = soft_experiment();
  e.water_edge_m = 0;
  e.beam.polarization_fraction = 1;
  for (const auto& name : {"background", "polarization"}) {
    const ParameterSpace space(e, {name});
    // Both are linear.
    std::vector<double> inside = space.start();
    const double step = space.infos()[0].scale * (inside[0] > 0 ? -1 : 1);
    inside[0] += step;
    const auto here = gradients::photons_in_doubles(e), there = gradients::photons_in_doubles(space.at(inside));
    Jacobian jacobian;
    jacobian.derivatives.emplace_back();
    for (std::size_t i = 0; i < here.photons.size(); ++i)
      jacobian.derivatives[0].push_back((there.photons[i] - here.photons[i]) / step);
    const auto check = gradients::check(space, space.start(), jacobian)[0];
    EXPECT_EQ(check.verdict, "exact") << name << check.best_error;
  }
}

TEST(FiniteDifferences, LeaveOutPixelsThatChangeTheirReflection) {
  Experiment e = soft_experiment();
  const auto here = gradients::photons_in_doubles(e);
  const CrystalAxes axes = e.crystal.axes;
  e.crystal.axes = CrystalAxes::from_real(1.2 * axes.a_m, axes.b_m, axes.c_m);
  const auto there = gradients::photons_in_doubles(e);
  EXPECT_NE(here.choices, there.choices);
  EXPECT_EQ(here.choices.size(), here.photons.size());
}

TEST(FiniteDifferences, AreOfWhatIsRendered) {
  const Experiment e = soft_experiment();
  const auto judged = gradients::photons_in_doubles(e);
  RenderRequest request;
  request.device = "reference";
  const auto image = render(compile_plan(e), 0, request).image;
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    EXPECT_EQ(image.pixels[i], static_cast<float>(judged.photons[i])) << i;
}

}  // namespace
}  // namespace femtobragg::tests
