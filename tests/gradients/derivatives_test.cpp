// Acceptance: every parameter's derivative, on every backend in float64, against central differences of the reference
// backend's image.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "femtobragg/gradients/finite_difference.h"
#include "tests/gradients/derivative_cases.h"

namespace femtobragg::tests {
namespace {

using gradients::Gradient;
using gradients::Jacobian;
using gradients::ParameterCheck;
using gradients::ParameterSpace;

RenderRequest request_of(const std::string& device) {
  RenderRequest request;
  request.device = device;
  request.control.threads = 1;
  return request;
}

/// What has no truncation error: photons are linear or quadratic in it.
bool is_polynomial(const std::string& name) {
  for (const char* start : {"blocks", "fluence", "background", "polarization", "F_", "gain", "pedestal"})
    if (name.starts_with(start)) return true;
  return false;
}

std::string told(const ParameterCheck& c) {
  std::string text = c.info.name + ": " + c.verdict + ", error " + std::to_string(c.best_error * 1e9) + "e-9 at step " +
                     std::to_string(c.best_step) + ", correlation " + std::to_string(c.correlation) + "\n";
  for (const auto& s : c.steps)
    text += "  " + std::to_string(s.step) + ": " + std::to_string(std::log10(s.error)) + ", floor " +
            std::to_string(std::log10(s.floor)) + ", left out " + std::to_string(s.left_out) + " of " +
            std::to_string(s.left_out + s.compared) + "\n";
  return text;
}

class Derivatives : public testing::TestWithParam<ParameterCase> {};

TEST_P(Derivatives, AreThoseOfTheImage) {
  const Experiment& experiment = GetParam().experiment;
  for (const auto& names : all_parameters(experiment)) {
    const ParameterSpace space(experiment, names);
    gradients::Judge judge(space, space.start());
    for (const std::string& device : backend_names()) {
      const Gradient gradient(space, space.start(), request_of(device));
      for (const ParameterCheck& c : judge.check(gradient.jacobian())) {
        EXPECT_TRUE(c.passes) << device << ", " << told(c);
        if (c.verdict == "exact") {
          EXPECT_TRUE(is_polynomial(c.info.name)) << device << ", " << told(c);
        }
        if (c.verdict == "right") {
          EXPECT_LT(c.best_error, 1e-6) << told(c);
          EXPECT_GT(c.correlation, 0.999) << told(c);
          const auto best = std::ranges::find(c.steps, c.best_step, &gradients::DifferenceStep::step);
          EXPECT_LE(10 * best->left_out, best->compared) << told(c);
        }
      }
    }
  }
}

/// Of each kind: what moves spots, what shapes them, what scales them.
TEST_P(Derivatives, ThatAreOnePercentOffAreSeen) {
  const Experiment& experiment = GetParam().experiment;
  const ParameterSpace space(experiment, {"cell_b", "cell_gamma", "misset_y", "cells_c", "distance", "panel0_rot_slow",
                                          "wavelength", "beam_horizontal", "polarization", "fluence", "background"});
  Jacobian jacobian = Gradient(space, space.start(), request_of("auto")).jacobian();
  for (auto& image : jacobian.derivatives)
    for (double& x : image) x *= 1.01;
  for (const ParameterCheck& c : gradients::check(space, space.start(), jacobian)) {
    EXPECT_FALSE(c.passes) << told(c);
    // At some step the quotient's own error makes up for a part of it.
    EXPECT_GT(c.best_error, 1e-3) << told(c);
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, Derivatives, testing::ValuesIn(derivative_cases()),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace femtobragg::tests
