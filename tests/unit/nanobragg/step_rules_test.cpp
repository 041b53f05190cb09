// Worked numbers of steps: phi, divergence, dispersion and sensor layers, as the reference and as they should be.
#include <gtest/gtest.h>

#include "femtobragg/assemble/step_ranges.h"
#include "femtobragg/nanobragg/setup/step_rules.h"

#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/model/spindle.h"

namespace femtobragg::nanobragg {
namespace {

using assemble::mosaic_domains;
using assemble::sensor_layers;

const QuirkSet on = QuirkSet::all(), off = QuirkSet::none();

std::vector<double> values_of(const SampledRange& range, double unit) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < range.count; ++i) values.push_back(range.at(i) / unit);
  return values;
}

/// Rounding of a few operations on numbers of order one.
void expect_values(const SampledRange& range, double unit, const std::vector<double>& expected) {
  const std::vector<double> actual = values_of(range, unit);
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(actual[i], expected[i], 1e-12);
}

RotationScene phi(double start_deg, const StepRange& steps_deg) {
  RotationScene rotation;
  rotation.start_rad = radians_from_degrees(start_deg);
  rotation.steps_rad = steps_deg;
  if (steps_deg.range) rotation.steps_rad.range = radians_from_degrees(*steps_deg.range);
  if (steps_deg.step) rotation.steps_rad.step = radians_from_degrees(*steps_deg.step);
  return rotation;
}

const double degree = radians_from_degrees(1);
using Steps = StepRange;

TEST(StepRules, PhiAsTheReference) {
  expect_values(phi_steps(phi(7, {}), on), degree, {7});
  expect_values(phi_steps(phi(10, Steps{2.0, {}, 5}), on), degree, {10, 10.4, 10.8, 11.2, 11.6});
  expect_values(phi_steps(phi(0, Steps{1.0, {}, {}}), on), degree, {0, 0.5});
  expect_values(phi_steps(phi(0, Steps{{}, {}, 4}), on), degree, {0, 0.25, 0.5, 0.75});
  expect_values(phi_steps(phi(0, Steps{{}, 0.5, 7}), on), degree, {0, 0.5});
  expect_values(phi_steps(phi(0, Steps{1.0, 0.4, {}}), on), degree, {0, 0.4, 0.8});
  expect_values(phi_steps(phi(0, Steps{1.0, 0.1, 3}), on), degree, {0, 0.1, 0.2});
  EXPECT_EQ(phi_steps(phi(0, Steps{0.0, 1.0, {}}), on).count, 0);
}

TEST(StepRules, PhiAsItShouldBe) {
  expect_values(phi_steps(phi(7, {}), off), degree, {7});
  expect_values(phi_steps(phi(10, Steps{2.0, {}, 5}), off), degree, {10, 10.4, 10.8, 11.2, 11.6});
  expect_values(phi_steps(phi(0, Steps{1.0, {}, {}}), off), degree, {0, 0.5});
  expect_values(phi_steps(phi(3, Steps{1.0, {}, 1}), off), degree, {3});
  expect_values(phi_steps(phi(3, Steps{0.0, 1.0, {}}), off), degree, {3});
  // Steps fill the range: they are not wider than what was asked for.
  expect_values(phi_steps(phi(0, Steps{1.0, 0.4, {}}), off), degree, {0, 1.0 / 3, 2.0 / 3});
  expect_values(phi_steps(phi(0, Steps{1.0, 0.4, 3}), off), degree, {0, 1.0 / 3, 2.0 / 3});
  // A quotient that is whole but for rounding.
  expect_values(phi_steps(phi(0, Steps{0.3, 0.1, {}}), off), degree, {0, 0.1, 0.2});
  EXPECT_THROW(phi_steps(phi(0, Steps{{}, {}, 4}), off), Error);
  EXPECT_THROW(phi_steps(phi(0, Steps{{}, 0.5, {}}), off), Error);
  EXPECT_THROW(phi_steps(phi(0, Steps{-1.0, {}, {}}), off), Error);
  EXPECT_THROW(phi_steps(phi(0, Steps{1.0, 0.1, 3}), off), Error);
}

TEST(StepRules, EachPhiStepStandsForItsMiddle) {
  Spindle spindle{{0, 0, 1}, 2, 1, 0.25, 4};
  for (const double expected : {2.125, 2.375, 2.625, 2.875})
    EXPECT_EQ(spindle.phi_rad(static_cast<std::int64_t>((expected - 2) / 0.25)), expected);
  spindle.step_rule = StepRule::LeftEdges;
  EXPECT_EQ(spindle.phi_rad(3), 2.75);
  const Spindle still{{0, 0, 1}, 2, 0, 0, 1};
  EXPECT_EQ(still.phi_rad(0), 2);
}

constexpr double mrad = 1e-3;

TEST(StepRules, DivergenceAsTheReference) {
  const auto values = [&](const Steps& steps) { return divergence_steps(steps, on, true); };
  expect_values(values({}), mrad, {0});
  expect_values(values({1 * mrad, 0.5 * mrad, {}}), mrad, {-0.5, 0});
  expect_values(values({{}, {}, 3}), 1, {-0.5, -0.5 + 1.0 / 3, -0.5 + 2.0 / 3});
  expect_values(values({{}, 3 * mrad, {}}), mrad, {-1.5, 1.5});
  expect_values(values({4 * mrad, {}, {}}), mrad, {-2, 2});
  expect_values(values({4 * mrad, {}, 1}), mrad, {-2, 2});
  expect_values(values({4 * mrad, {}, 5}), mrad, {-2, -1, 0, 1, 2});
  expect_values(values({0.0, {}, 5}), mrad, {0});
}

TEST(StepRules, DivergenceAsItShouldBe) {
  const auto values = [&](const Steps& steps) { return divergence_steps(steps, off, true); };
  expect_values(values({}), mrad, {0});
  expect_values(values({1 * mrad, 0.5 * mrad, {}}), mrad, {-0.25, 0.25});
  expect_values(values({6 * mrad, 2.5 * mrad, {}}), mrad, {-2, 0, 2});
  expect_values(values({4 * mrad, {}, {}}), mrad, {-1, 1});
  expect_values(values({4 * mrad, {}, 1}), mrad, {0});
  expect_values(values({5 * mrad, {}, 5}), mrad, {-2, -1, 0, 1, 2});
  expect_values(values({0.0, {}, 5}), mrad, {0});
  EXPECT_THROW(values({5 * mrad, 2 * mrad, 5}), Error);
  EXPECT_THROW(values({{}, {}, 3}), Error);
  EXPECT_THROW(values({{}, 3 * mrad, {}}), Error);
  EXPECT_THROW(values({4 * mrad, {}, 0}), Error);
}

TEST(StepRules, GridsKeepTheirQuirksApart) {
  const Steps steps{6 * mrad, 2.5 * mrad, {}};
  const QuirkSet ends = off.with(Quirk::SpreadEnds);
  expect_values(divergence_steps(steps, ends, true), mrad, {-2.5, 0, 2.5});
  expect_values(divergence_steps(steps, ends.with(Quirk::DivergenceGrid), true), mrad, {-3, -0.5, 2});
  expect_values(divergence_steps(steps, ends.with(Quirk::StepRules), true), mrad, {-2.5, 0, 2.5});
  expect_values(divergence_steps(steps, off.with(Quirk::DivergenceGrid), true), mrad, {-3, -1, 1});
  expect_values(divergence_steps({4 * mrad, {}, 1}, off.with(Quirk::StepRules), true), mrad, {-1, 1});
}

TEST(StepRules, Dispersion) {
  for (const QuirkSet& quirks : {on, off.with(Quirk::SpreadEnds)}) {
    expect_values(dispersion_steps({}, quirks), 1, {0});
    expect_values(dispersion_steps({0.03, {}, 4}, quirks), 1, {-0.015, -0.005, 0.005, 0.015});
    expect_values(dispersion_steps({0.03, {}, {}}, quirks), 1, {-0.015, 0.015});
  }
  expect_values(dispersion_steps({}, off), 1, {0});
  expect_values(dispersion_steps({0.04, {}, 4}, off), 1, {-0.015, -0.005, 0.005, 0.015});
  expect_values(dispersion_steps({0.04, {}, {}}, off), 1, {-0.01, 0.01});
  expect_values(dispersion_steps({-0.01, {}, 3}, on), 1, {-0.5, -0.5 + 1.0 / 3, -0.5 + 2.0 / 3});
  expect_values(dispersion_steps({0.03, {}, 1}, on), 1, {-0.015, 0.015});
  expect_values(dispersion_steps({0.03, {}, 1}, off), 1, {0});
  EXPECT_THROW(dispersion_steps({-0.01, {}, 3}, off), Error);
}

/// Points in the middle of equal parts, with the variance of a part, have that of the whole range. Points at both ends
/// are too wide: by a factor of sqrt(3) for two of them.
TEST(StepRules, SpreadsHaveTheVarianceOfTheirRange) {
  const auto variance = [](const SampledRange& r) {
    double sum = 0;
    for (std::int64_t i = 0; i < r.count; ++i) sum += r.at(i) * r.at(i);
    return sum / static_cast<double>(r.count);
  };
  const double whole = 0.06 * 0.06 / 12;
  for (const std::int64_t n : {1, 2, 3, 10}) {
    const SampledRange r = dispersion_steps({0.06, {}, n}, off);
    EXPECT_NEAR(variance(r) + r.step * r.step / 12, whole, 1e-12 * whole) << n;
  }
  EXPECT_NEAR(variance(dispersion_steps({0.06, {}, 2}, on)), 3 * whole, 1e-12 * whole);
}

TEST(StepRules, MiddlesWithinTheEllipse) {
  const std::size_t expected[] = {4, 9, 12, 21};
  for (std::int64_t n = 2; n <= 5; ++n) {
    const SampledRange range = divergence_steps({8 * mrad, {}, n}, off, true);
    EXPECT_EQ(divergence_points({range, range, {}, true}).size(), expected[n - 2]) << n;
    EXPECT_EQ(divergence_points({range, range, {}, false}).size(), static_cast<std::size_t>(n * n));
  }
}

TEST(StepRules, SourcesWithinTheEllipse) {
  const std::size_t expected[] = {4, 5, 12, 13, 24, 29};
  for (std::int64_t n = 2; n <= 7; ++n) {
    const SampledRange range = divergence_steps({8 * mrad, {}, n}, on, true);
    EXPECT_EQ(divergence_points({range, range, {}, true, true}).size(), expected[n - 2]);
    EXPECT_EQ(divergence_points({range, range, {}, false, true}).size(), static_cast<std::size_t>(n * n));
  }
  const SampledRange h = divergence_steps({8 * mrad, {}, 5}, on, true);
  const SampledRange v = divergence_steps({4 * mrad, {}, 3}, on, false);
  EXPECT_EQ(divergence_points({h, v, {}, true, true}).size(), 7u);
}

TEST(StepRules, SensorLayers) {
  constexpr double um = 1e-6, depth = 234;
  const auto captured = [&](double front_um, double back_um) {
    return std::exp(-front_um / depth) - std::exp(-back_um / depth);
  };
  const auto four = sensor_layers(450 * um, 4, LayerRule::FrontFace);
  EXPECT_EQ(four.count, 4);
  EXPECT_NEAR(four.step_m / um, 150, 1e-12);
  const double fractions[] = {0.473248, 0.249284, 0.131311, 0.069168};
  for (int t = 0; t < 4; ++t) EXPECT_NEAR(captured(150 * t, 150 * (t + 1)), fractions[t], 5.1e-7);
  for (const LayerRule rule : {LayerRule::FrontFace, LayerRule::Centroid}) {
    const auto two = sensor_layers(450 * um, {}, rule);
    EXPECT_EQ(two.count, 2);
    EXPECT_NEAR(two.step_m / um, 225, 1e-12);
    EXPECT_EQ(sensor_layers(0, 5, rule).count, 1);
  }
  EXPECT_NEAR(captured(0, 225), 0.617696, 5.1e-7);
  EXPECT_NEAR(captured(225, 450), 0.236148, 5.1e-7);
  EXPECT_EQ(sensor_layers(450 * um, 1, LayerRule::FrontFace).count, 2);
  EXPECT_EQ(sensor_layers(450 * um, 1, LayerRule::Centroid).count, 1);
  EXPECT_NEAR(sensor_layers(450 * um, 4, LayerRule::Centroid).step_m / um, 112.5, 1e-12);
  EXPECT_NEAR(sensor_layers(-1 * um, 4, LayerRule::FrontFace).thickness_m / um, 0.5, 1e-15);
  EXPECT_EQ(sensor_layers(-1 * um, {}, LayerRule::FrontFace).count, 1);
}

TEST(StepRules, MosaicDomains) {
  CrystalScene options;
  EXPECT_EQ(mosaic_domains(options), 1);
  options.mosaic_domains = 7;
  EXPECT_EQ(mosaic_domains(options), 1);
  options.mosaic_rad = 0.0;
  EXPECT_EQ(mosaic_domains(options), 1);
  options.mosaic_rad = 0.01;
  EXPECT_EQ(mosaic_domains(options), 7);
  options.mosaic_domains.reset();
  EXPECT_EQ(mosaic_domains(options), 10);
}

}  // namespace
}  // namespace femtobragg::nanobragg
