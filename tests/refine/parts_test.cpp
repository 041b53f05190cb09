// The parts of a refinement: losses, chosen pixels, coordinates, uncertainties, restraints.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "femtobragg/base/error.h"
#include "femtobragg/refine/coordinate.h"
#include "femtobragg/refine/schedule.h"
#include "femtobragg/refine/uncertainty.h"
#include "tests/refine/stills.h"

namespace femtobragg::tests {
namespace {

using namespace refine;

const LossKind kinds[] = {LossKind::Gaussian, LossKind::Poisson, LossKind::Logarithm, LossKind::Huber};

/// The slope is the derivative of the cost, and the curvature keeps what the optimiser's stand-in needs.
TEST(Loss, SlopesAreDerivatives) {
  for (const LossKind kind : kinds)
    for (const double data : {0.0, 1.0, 100.0})
      for (const double model : {0.01, 1.001, 20.0, 100.05, 4000.0}) {
        const Loss loss{.kind = kind};
        const double h = 1e-5 * model, variance = std::max(data, 1.0);
        const auto cost = [&](double m) { return pixel_loss(loss, m, data, variance).cost; };
        const PixelLoss at = pixel_loss(loss, model, data, variance);
        EXPECT_NEAR((cost(model + h) - cost(model - h)) / (2 * h), at.slope, 1e-6 * (1 + std::abs(at.slope)))
            << name_of(kind) << " " << model << " for " << data;
        EXPECT_LE(at.slope * at.slope, 2 * at.cost * at.curvature * (1 + 1e-6));
        EXPECT_GT(at.curvature, 0);
      }
  EXPECT_THROW(loss_kind_named("cubic"), Error);
}

/// The integral of (t - data) / variance over t, in numbers: also where counts are below the pedestal.
TEST(Loss, OfNumbersIsTheIntegralOfItsSlope) {
  const Loss loss{.gain = 2.5, .pedestal = 40};
  for (const double data : {25.0, 40.0, 42.0, 60.0, 500.0})
    for (const double model : {20.0, 41.0, 60.5, 499.0, 3000.0}) {
      double sum = 0;
      constexpr int steps = 200000;
      for (int i = 0; i < steps; ++i) {
        const double t = data + (model - data) * (i + 0.5) / steps;
        sum += (t - data) / (2.5 * 2.5 * std::max((t - 40) / 2.5, 1.0)) * (model - data) / steps;
      }
      const PixelLoss at = pixel_loss(loss, model, data, 1);
      EXPECT_NEAR(at.cost, sum, 1e-6 * (1 + sum)) << model << " for " << data;
      EXPECT_NEAR(at.slope, (model - data) * at.information, 1e-12 * std::abs(at.slope));
      EXPECT_NEAR(1 / at.information, 2.5 * 2.5 * std::max((model - 40) / 2.5, 1.0), 1e-12 / at.information);
      EXPECT_LE(at.slope * at.slope, 2 * at.cost * at.curvature * (1 + 1e-6));
    }
}

TEST(Coordinate, KeepsBoundsAndSlopes) {
  using gradients::Transform;
  for (const Transform transform : {Transform::Identity, Transform::Log, Transform::Window}) {
    const gradients::ParameterInfo info{.name = "p", .scale = 0.1, .lowest = 1, .highest = 9, .transform = transform};
    const Coordinate c(info, 3);
    EXPECT_NEAR(c.value(0), 3, 1e-12);
    EXPECT_NEAR((c.value(1e-4) - c.value(-1e-4)) / 2e-4, c.slope(0), 1e-7);
    EXPECT_NEAR(c.slope(0), 0.1, 1e-9) << "one is a change that an image shows";
    EXPECT_NEAR(c.value(c.at(4)), 4, 1e-9);
    if (transform == Transform::Window) {
      EXPECT_LE(c.value(1e6), 9);
      EXPECT_GE(c.value(-1e6), 1);
    } else {
      EXPECT_NEAR(c.value(c.highest()), 9, 1e-9);
    }
    EXPECT_THROW(Coordinate(info, 10), Error);
  }
}

TEST(Uncertainty, NamesWhatIsNotDetermined) {
  const Uncertainty u = uncertainty(std::vector<double>{4, 0, 0, 25}, {"a", "b"});
  EXPECT_NEAR(u.standard_errors[0], 0.5, 1e-12);
  EXPECT_NEAR(u.standard_errors[1], 0.2, 1e-12);
  EXPECT_NEAR(u.correlation[1], 0, 1e-12);
  try {
    uncertainty(std::vector<double>{1, 2, 0, 2, 4, 0, 0, 0, 1}, {"first", "second", "third"});
    FAIL();
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("first, second"), text.npos) << text;
    EXPECT_EQ(text.find("third"), text.npos) << text;
  }
}

TEST(Restraints, AreReadInBothSpellings) {
  for (const std::string text : {"cell_a=34.5±0.25", "cell_a=34.5+-0.25"}) {
    const Restraint r = parse_restraint(text);
    EXPECT_EQ(r.parameter, "cell_a");
    EXPECT_EQ(r.value, 34.5);
    EXPECT_EQ(r.sigma, 0.25);
  }
  for (const std::string text : {"", "cell_a", "cell_a=1", "=1+-2", "a=x+-1", "a=1+-0", "a=1+-nan"})
    EXPECT_THROW(parse_restraint(text), Error) << text;
}

TEST(Targets, LeaveOutWhatIsNoMeasurement) {
  const Experiment e = experiment_of({});
  std::vector<float> photons(256 * 256, 2.0f);
  photons[0] = NAN, photons[1] = INFINITY, photons[2] = -1;
  std::vector<PixelState> states(photons.size(), PixelState::Counts);
  states[3] = PixelState::Masked, states[4] = PixelState::Overloaded, states[5] = PixelState::Sentinel;
  const Target t = make_target("t", photons, e, states);
  EXPECT_EQ(t.usable_pixels(), photons.size() - 6);
  EXPECT_EQ(t.excluded[PixelState::NotANumber], 2u);
  EXPECT_EQ(t.excluded[PixelState::Negative], 1u);
  EXPECT_EQ(t.excluded[PixelState::Masked], 1u);
  EXPECT_EQ(t.excluded[PixelState::Overloaded], 1u);
  EXPECT_EQ(t.excluded[PixelState::Sentinel], 1u);
  EXPECT_EQ(t.excluded.excluded(), 6u);
  EXPECT_THROW(make_target("t", std::vector<float>(photons.size(), 0.0f), e), Error) << "no signal";
  EXPECT_THROW(make_target("t", std::vector<float>(photons.size(), NAN), e), Error);
  EXPECT_THROW(make_target("t", photons, e, std::vector<PixelState>(photons.size(), PixelState::Masked)), Error)
      << "all masked";
  EXPECT_THROW(make_target("t", std::vector<float>(5, 1.0f), e), Error);
}

/// A trusted range of the experiment counts where the image does not state its own; it is of photons, not of pedestals.
TEST(Targets, LeaveOutWhatThePanelCannotTellApart) {
  Experiment e = experiment_of({});
  e.detector.panels.front().saturation = 10;
  std::vector<float> photons(256 * 256, 2.0f);
  photons[0] = 10, photons[1] = 11, photons[2] = 50, photons[3] = 51;
  EXPECT_EQ(make_target("t", photons, e).excluded[PixelState::Overloaded], 3u);
  EXPECT_EQ(make_target("t", photons, e, {}, 40).excluded[PixelState::Overloaded], 1u);
}

TEST(Pixels, AreDrawnOnceEachAndTheSameForASeed) {
  const Experiment e = experiment_of({});
  std::vector<PixelState> states(256 * 256, PixelState::Counts);
  std::fill_n(states.begin(), 60000, PixelState::Masked);
  const Target t = make_target("t", photons_of(e, 1), e, states);
  const auto sum = [](const std::vector<std::uint8_t>& v) { return std::accumulate(v.begin(), v.end(), 0); };
  const auto drawn = [&](std::size_t n, std::uint64_t seed) {
    return choose_pixels(t, e, {.set = PixelSet::Random, .count = n, .seed = seed});
  };
  EXPECT_EQ(sum(drawn(1000, 1)), 1000);
  EXPECT_EQ(drawn(1000, 1), drawn(1000, 1));
  EXPECT_NE(drawn(1000, 1), drawn(1000, 2));
  EXPECT_EQ(drawn(1000000, 1), t.usable) << "no more than there are";
  for (const PixelSelection& s :
       {PixelSelection{.set = PixelSet::Random, .count = 3000}, PixelSelection{.set = PixelSet::Peaks}}) {
    const auto chosen = choose_pixels(t, e, s);
    for (std::size_t i = 0; i < chosen.size(); ++i) EXPECT_LE(chosen[i], t.usable[i]);
  }
  EXPECT_EQ(parse_pixel_selection("500").count, 500u);
  for (const char* text : {"0", "-1", "some", "1.5"}) EXPECT_THROW(parse_pixel_selection(text), Error);
}

TEST(Smoothing, KeepsTheLevelAroundGaps) {
  const Experiment e = experiment_of({});
  std::vector<float> photons(256 * 256, 7.0f);
  photons[1000] = NAN;
  const Target t = smoothed(make_target("t", photons, e), e.detector, 2.5);
  for (std::size_t i = 0; i < photons.size(); ++i) EXPECT_NEAR(t.photons[i], i == 1000 ? 0 : 7, 1e-9);
}

}  // namespace
}  // namespace femtobragg::tests
