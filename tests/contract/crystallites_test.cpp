// Spots of countable crystallites: their mean is a smooth ring, and they scatter about it as few reflections do.
#include <gtest/gtest.h>

#include <cmath>

#include "femtobragg/base/quadrature.h"
#include "femtobragg/gradients/gradient.h"
#include "femtobragg/physics/crystallites.h"
#include "femtobragg/physics/random_stream.h"
#include "femtobragg/physics/rotation.h"
#include "femtobragg/simulate/simulation.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

constexpr double thomson_m2 = 7.94079248018965e-30;
constexpr double ring_per_m = 2.7e9, width_per_m = 8.1e7;  // 1/d; 0.03 radian, 2.8 pixels

/// Three pairs of reflections at right angles, and three of another 1/d.
Background few(std::int64_t count, std::uint64_t seed) {
  Background b{"few", {0, 2e10}, {0, 0}, 1};
  b.molecules = 1e10;
  b.crystallites = {.count = count, .seed = seed, .sigma_per_m = width_per_m};
  for (const double sign : {-1.0, 1.0})
    for (const auto& [g, intensity] : {std::pair{ring_per_m, 3e9}, std::pair{1.25 * ring_per_m, 1e9}})
      for (const Vec3d& axis : {Vec3d{1, 0, 0}, Vec3d{0, 1, 0}, Vec3d{0, 0, 1}})
        b.crystallites.reflections.push_back({sign * g * axis, intensity});
  return b;
}

/// The smooth powder: for each reflection a Gaussian in 1/d.
double smooth(const Background& b, double per_m) {
  double sum = 0;
  for (const CrystalliteReflection& one : b.crystallites.reflections) {
    const double off = (per_m - norm(one.g_per_m)) / b.crystallites.sigma_per_m;
    sum += one.intensity_e2_per_m / (std::sqrt(2 * pi) * b.crystallites.sigma_per_m) * std::exp(-0.5 * off * off);
  }
  return sum;
}

/// 101 pixels of 1 mm at 100 mm: rings at 28 and 37 pixels from the middle.
Experiment only(const Background& b) {
  Experiment e = isotropic_experiment();
  e.water_edge_m = 0;
  e.detector.panels = {facing_panel(0.1, 1e-3, 101)};
  e.backgrounds = {b};
  return e;
}

Vec3d q_of(const Vec3d& at, double wavelength_m) { return (unit(at) - Vec3d{1, 0, 0}) / wavelength_m; }

using CountedCrystallites = EachWay;

/// By its definition: all reflections of all crystallites, wherever they are.
TEST_P(CountedCrystallites, AreSumsOverTheirReflections) {
  Experiment e = only(few(40, 7));
  e.spindle.phi_start_rad = 0.3;
  const Image image = rendered(e).image;
  const Crystallites& c = e.backgrounds[0].crystallites;
  const Mat3d turn = rotation_matrix(e.spindle.axis, 0.3);
  std::vector<Mat3d> turned;
  for (std::uint32_t i = 0; i < 40; ++i) {
    physics::RandomStream random(
        physics::RandomPlace{.seed = 7, .use = physics::RandomUse::IceCrystallite, .pixel = i});
    const double u1 = random.uniform(), u2 = random.uniform(), u3 = random.uniform();
    turned.push_back(turn * physics::uniform_random_rotation(u1, u2, u3));
  }
  const Panel& panel = e.detector.panels[0];
  double brightest = 0;
  for (const float photons : image.pixels) brightest = std::max(brightest, static_cast<double>(photons));
  ASSERT_GT(brightest, 0);
  for (std::size_t slow = 0; slow < 101; ++slow)
    for (std::size_t fast = 0; fast < 101; ++fast) {
      const Vec3d at = pixel_centre(panel, fast, slow), q = q_of(at, 1e-10);
      double sum = 0;
      for (const Mat3d& u : turned)
        for (const CrystalliteReflection& one : c.reflections) {
          const double g = norm(one.g_per_m), off = (norm(q) - g) / c.sigma_per_m;
          const double kappa = g * g / (c.sigma_per_m * c.sigma_per_m);
          const Vec3d apart = unit(q) - u * (one.g_per_m / g);
          sum += one.intensity_e2_per_m / (std::sqrt(2 * pi) * c.sigma_per_m) * std::exp(-0.5 * off * off) * 2 * kappa /
                 (1 - std::exp(-2 * kappa)) * std::exp(-0.5 * kappa * dot(apart, apart)) / 40;
        }
      const double expected = thomson_m2 * e.beam.fluence_per_m2 * 1e10 * sum * solid_angle_of(panel, at);
      // What is beyond the reach of a reflection is left out.
      ASSERT_NEAR(static_cast<double>(image.row(slow)[fast]), expected, 1e-5 * brightest) << fast << " " << slow;
    }
}

/// Crystallites turn with the spindle: a frame is the mean over the stills in it.
TEST_P(CountedCrystallites, TurnWithTheSpindle) {
  Experiment e = only(few(40, 3));
  e.spindle.axis = {0, 0, 1};
  constexpr int stills = 60;
  const double range = in_radians(8);
  std::vector<double> expected(101 * 101, 0.0);
  for (int i = 0; i < stills; ++i) {
    e.spindle.phi_start_rad = 0.1 + range * (i + 0.5) / stills;
    const Image one = rendered(e).image;
    for (std::size_t k = 0; k < expected.size(); ++k) expected[k] += static_cast<double>(one.pixels[k]) / stills;
  }
  e.spindle = {
      .axis = {0, 0, 1}, .phi_start_rad = 0.1, .phi_range_rad = range, .phi_step_rad = range / 2, .phi_steps = 2};
  const Image frame = rendered(e).image;
  const double brightest = static_cast<double>(frame.pixels[brightest_pixel(frame)]);
  for (std::size_t k = 0; k < expected.size(); ++k)
    ASSERT_NEAR(static_cast<double>(frame.pixels[k]), expected[k], 0.01 * brightest) << k;
}

/// 0.7 of a sub-pixel, which changes 1/d by edge / (distance x wavelength).
TEST_P(CountedCrystallites, AreAsWideAsASubPixelAtLeast) {
  for (const std::int64_t oversample : {1, 2}) {
    Background narrow = few(200, 5), wide = narrow;
    narrow.crystallites.sigma_per_m = 1e6;
    wide.crystallites.sigma_per_m = 0.7 * 1e-3 / static_cast<double>(oversample) / 0.1 / 1e-10;
    Experiment e = only(narrow), f = only(wide);
    e.sampling.oversample = f.sampling.oversample = oversample;
    EXPECT_EQ(rendered(e).image.pixels, rendered(f).image.pixels);
  }
}

TEST_P(CountedCrystallites, HaveNoDerivatives) {
  const Experiment e = only(few(40, 3));
  const gradients::ParameterSpace space(e, {"fluence"});
  EXPECT_THROW(gradients::Gradient(space, space.start(), request()).jacobian(), Error);
}

/// Sum over a ring's pixels of intensity without solid angle and such: q on the cone of the ring, all around.
double around_ring(const physics::PowderRings& rings, double per_m) {
  constexpr int points = 720;
  const double sine = per_m * 0.5e-10, cosine = std::sqrt(1 - sine * sine);
  double sum = 0;
  for (int i = 0; i < points; ++i) {
    const double turn = 2 * pi * i / points;
    sum += physics::powder_intensity(rings, per_m * Vec3d{-sine, cosine * std::cos(turn), cosine * std::sin(turn)});
  }
  return sum / points;
}

physics::PowderRings rings_of(kernel::Plan& plan, std::int64_t count, std::uint64_t seed) {
  const Experiment e = only(few(count, seed));
  plan = compile_plan(e);
  return plan.backgrounds[1].rings;
}

/// A reflection whose angle from the cone is off counts with exp(-off^2 / (2 w^2)). Directions have the density
/// cos(theta) / 2 there, and two at right angles 1 / (2 pi sqrt(1 - 2 sin(theta)^2)) in both cosines; opposite ones are
/// never both there. With six reflections of a crystallite that makes the variance of the mean over the ring.
double variance_of(double count, double w, double sine) {
  const double cosine = std::sqrt(1 - sine * sine);
  const double same = 1 / (6 * std::sqrt(pi) * w * cosine),
               others = 24.0 / 36 * 2 / (pi * std::sqrt(1 - 2 * sine * sine));
  return (same + others - 1) / count;
}

TEST(CrystallitesOfARing, HaveTheMeanOfASmoothOneAndTheVarianceOfTheirNumber) {
  for (const std::int64_t count : {5, 40}) {
    constexpr int seeds = 1500;
    double sum = 0, squares = 0, fourths = 0;
    const double expected = smooth(few(count, 1), ring_per_m);
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      kernel::Plan plan;
      const double relative = around_ring(rings_of(plan, count, seed), ring_per_m) / expected;
      sum += relative, squares += std::pow(relative - 1, 2), fourths += std::pow(relative - 1, 4);
    }
    const double variance = variance_of(static_cast<double>(count), width_per_m / ring_per_m, ring_per_m * 0.5e-10);
    EXPECT_NEAR(sum / seeds, 1, 4 * std::sqrt(variance / seeds)) << count;
    const double error = std::sqrt((fourths / seeds - std::pow(squares / seeds, 2)) / seeds);
    EXPECT_NEAR(squares / seeds, variance, 4 * error) << count;
    EXPECT_LT(error, 0.15 * variance);
  }
}

TEST(CrystallitesOfARing, SpreadTheirLightOverTheSphere) {
  static const Quadrature<24> rule;
  for (const double deviation : {0.003, 0.1, 1.0}) {
    const double kappa = physics::sharpness_of(deviation);
    double mean = 0;
    for (int piece = 0; piece < 64; ++piece) {
      // In the cosine, finer towards the peak.
      const auto at = [](int i) { return 1 - 2 * std::pow(i / 64.0, 6); };
      mean += rule.integral(at(piece + 1), at(piece), [&](double c) { return 0.5 * std::exp(kappa * (c - 1)); });
    }
    EXPECT_NEAR(mean * physics::mean_one_factor(kappa), 1, 1e-9) << deviation;
  }
}

TEST(CrystallitesOfARing, AreRefusedWhereTheyCannotBe) {
  for (const auto& spoil :
       {+[](Background& b) { b.crystallites.count = -1; }, +[](Background& b) { b.crystallites.count = 1000001; },
        +[](Background& b) { b.crystallites.sigma_per_m = 0; },
        +[](Background& b) { b.crystallites.seed = std::uint64_t{1} << 48; },
        +[](Background& b) { b.crystallites.reflections[0].g_per_m = {}; }, +[](Background& b) { b.to_m = 0.01; }}) {
    Background b = few(3, 1);
    spoil(b);
    EXPECT_THROW(compile_plan(only(b)), Error);
  }
}

INSTANTIATE_TEST_SUITE_P(backends, CountedCrystallites, testing::ValuesIn(ways()), word_for);

}  // namespace
}  // namespace femtobragg::tests
