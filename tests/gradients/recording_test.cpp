// Derivatives of what a detector records: sums over images, several threads, and what cannot be told apart.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/gradients/gradient.h"
#include "tests/gradients/derivative_cases.h"

namespace femtobragg::tests {
namespace {

using gradients::Gradient;
using gradients::ParameterSpace;

RenderRequest request_of(const std::string& device, int threads = 1) {
  RenderRequest request;
  request.device = device;
  request.control.threads = threads;
  return request;
}

/// 21 x 21 pixels, of which a mask excludes some.
Experiment recorded_experiment(const Recording& recording) {
  Experiment e = plain_experiment();
  e.detector.panels = {facing_panel(0.1, 0.5e-3, 21)};
  e.structure_factors = varied_factors(6);
  e.recording = recording;
  Panel& panel = e.detector.panels[0];
  panel.mask.assign(panel.n_fast * panel.n_slow, 1);
  for (std::size_t i = 0; i < panel.mask.size(); i += 11) panel.mask[i] = 0;
  return e;
}

const Recording recordings[] = {
    {2, 5}, {2, 5, {SpreadShape::Gaussian, 0.6e-3}}, {0.5, -4, {SpreadShape::Fibre, 0.7e-3}}};

const std::vector<std::string> some = {"cell_a", "misset_z", "F_0_1_0", "background", "gain", "pedestal"};

std::vector<std::string> with_width(const Recording& recording) {
  std::vector<std::string> names = some;
  if (recording.spreads()) names.push_back("point_spread");
  return names;
}

TEST(RecordedGradient, SumsItsImages) {
  for (const std::string& device : backend_names())
    for (const Recording& recording : recordings) {
      const ParameterSpace space(recorded_experiment(recording), with_width(recording));
      const Gradient gradient(space, space.start(), request_of(device));
      const auto jacobian = gradient.jacobian();
      std::vector<double> weights;
      for (std::size_t i = 0; i < jacobian.photons.size(); ++i)
        weights.push_back(i % 11 == 0 ? std::nan("") : std::sin(0.1 * static_cast<double>(i)));
      const auto adjoint = gradient.adjoint(weights);
      for (std::size_t p = 0; p < space.size(); ++p) {
        double sum = 0, size = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) {
          if (i % 11 == 0) {
            EXPECT_EQ(jacobian.derivatives[p][i], 0) << "masked";
            continue;
          }
          sum += weights[i] * jacobian.derivatives[p][i];
          size += std::abs(weights[i] * jacobian.derivatives[p][i]);
        }
        EXPECT_GT(size, 0) << space.infos()[p].name;
        EXPECT_NEAR(adjoint.parameters[p], sum, 1e-11 * size) << device << ", " << space.infos()[p].name;
      }
    }
}

/// d(number)/d(gain) is the light, and d(number)/d(pedestal) is 1.
TEST(RecordedGradient, IsLinearInGainAndPedestal) {
  for (const Recording& recording : recordings) {
    const ParameterSpace space(recorded_experiment(recording), {"gain", "pedestal"});
    const auto j = Gradient(space, space.start(), request_of("auto")).jacobian();
    for (std::size_t i = 0; i < j.photons.size(); ++i) {
      if (i % 11 == 0) continue;
      EXPECT_EQ(j.derivatives[1][i], 1);
      EXPECT_NEAR(j.photons[i], recording.gain * j.derivatives[0][i] + recording.pedestal,
                  1e-13 * std::abs(j.photons[i]) + 1e-13);
    }
  }
}

TEST(RecordedGradient, DoesNotDependOnThreads) {
  for (const Recording& recording : recordings) {
    const ParameterSpace space(recorded_experiment(recording), with_width(recording));
    const Gradient one(space, space.start(), request_of("auto", 1)), three(space, space.start(), request_of("auto", 3));
    const auto a = one.jacobian(), b = three.jacobian();
    EXPECT_EQ(a.photons, b.photons);
    EXPECT_EQ(a.derivatives, b.derivatives);
  }
}

/// Bit for bit: of photons nothing else is computed.
TEST(RecordedGradient, OfPhotonsIsThatOfTheImage) {
  const Experiment e = recorded_experiment({});
  const ParameterSpace photons(e, {"cell_a", "fluence"}), with_pedestal(e, {"cell_a", "fluence", "pedestal"});
  const auto a = Gradient(photons, photons.start(), request_of("auto")).jacobian();
  const auto b = Gradient(with_pedestal, with_pedestal.start(), request_of("auto")).jacobian();
  EXPECT_EQ(a.photons, b.photons);
  EXPECT_EQ(a.derivatives[0], b.derivatives[0]);
  EXPECT_EQ(a.derivatives[1], b.derivatives[1]);
}

std::string refusal_of(const Experiment& experiment, const std::vector<std::string>& names) {
  try {
    ParameterSpace(experiment, names);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

TEST(RecordedGradient, TellsWhatCannotBeToldApart) {
  const Experiment e = recorded_experiment({});
  for (const char* bright : {"fluence", "F_scale"})
    EXPECT_NE(refusal_of(e, {"gain", bright}).find("cannot be distinguished"), std::string::npos) << bright;
  EXPECT_EQ(refusal_of(e, {"gain", "pedestal", "background"}), "");
  EXPECT_NE(refusal_of(e, {"point_spread"}).find("no point spread"), std::string::npos);
  EXPECT_NE(refusal_of(e, {"point_spread_fwhm_um"}).find("did you mean point_spread?"), std::string::npos);
  EXPECT_NE(refusal_of(e, {"adc_offset"}).find("did you mean pedestal?"), std::string::npos);
  const std::vector<std::string> all = ParameterSpace(e, {"all"}).names();
  EXPECT_EQ(std::ranges::count(all, "gain"), 0);
  EXPECT_EQ(std::ranges::count(all, "pedestal"), 1);
}

}  // namespace
}  // namespace femtobragg::tests
