// Backgrounds that depend on the angle, against interpolation and sums of its own.
#include <gtest/gtest.h>

#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

constexpr double thomson_m2 = 7.94079248018965e-30;

/// sin(theta) / lambda from the angle between the ray and the beam, which is along x.
double stol_of(const Vec3d& at, double wavelength_m) {
  return std::sin(0.5 * std::atan2(std::hypot(at.y, at.z), at.x)) / wavelength_m;
}

double interpolated(const Background& b, double stol) {
  if (stol <= b.stol_per_m.front()) return b.scale * b.intensity_e2.front();
  for (std::size_t i = 1; i < b.stol_per_m.size(); ++i) {
    const double before = b.stol_per_m[i - 1], after = b.stol_per_m[i];
    if (stol < after)
      return b.scale * (b.intensity_e2[i - 1] * (after - stol) + b.intensity_e2[i] * (stol - before)) /
             (after - before);
  }
  return b.scale * b.intensity_e2.back();
}

/// What a panel of 31 x 31 pixels up to 2 theta = 12 degrees sees ends at 1.05e9/m, for 1 A.
Background uneven() { return {"uneven", {0, 2e8, 3e8, 3.5e8, 9e8, 2e9}, {1, 5, 4, 0, 8, 3}, 2e6}; }
Background even() { return {"even", {1e8, 2e8, 3e8, 4e8, 5e8, 6e8}, {3, 1, 7, 2, 9, 4}, 1e6}; }

Experiment background_only(const std::vector<Background>& backgrounds) {
  Experiment e = isotropic_experiment();
  e.water_edge_m = 0;
  e.beam.apply_polarization = true;
  e.backgrounds = backgrounds;
  e.detector.panels = {facing_panel(0.1, 1e-3, 31)};
  return e;
}

/// By its definition, from one point of each pixel.
double expected_photons(const Experiment& e, const Vec3d& at) {
  double sum = 0, weights = 0;
  for (const Source& source : e.beam.sources) {
    for (const Background& b : e.backgrounds) sum += source.weight * interpolated(b, stol_of(at, source.wavelength_m));
    weights += source.weight;
  }
  return thomson_m2 * e.beam.fluence_per_m2 * sum / weights * solid_angle_of(e.detector.panels[0], at) *
         unpolarized_factor({1, 0, 0}, at);
}

using Backgrounds = EachWay;

void expect_definition(const Experiment& e, const Image& image) {
  const Panel& panel = e.detector.panels[0];
  for (std::size_t slow = 0; slow < panel.n_slow; ++slow)
    for (std::size_t fast = 0; fast < panel.n_fast; ++fast) {
      const double expected = expected_photons(e, pixel_centre(panel, fast, slow));
      EXPECT_GT(expected, 0);
      ASSERT_NEAR(static_cast<double>(image.row(slow)[fast]), expected, 2 * float_rounding * expected)
          << fast << " " << slow;
    }
}

TEST_P(Backgrounds, InterpolateUnevenPoints) {
  const Experiment e = background_only({uneven()});
  expect_definition(e, rendered(e).image);
}

TEST_P(Backgrounds, InterpolateEvenPointsAndHoldTheirEnds) {
  const Experiment e = background_only({even()});
  expect_definition(e, rendered(e).image);
}

TEST_P(Backgrounds, AddUp) {
  const Experiment e = background_only({even(), uneven(), {"flat", {0, 1}, {3, 3}, 1e5}});
  expect_definition(e, rendered(e).image);
}

TEST_P(Backgrounds, FollowEachWavelength) {
  Experiment e = background_only({uneven()});
  e.beam.sources = {{{-1, 0, 0}, 0.8e-10, 1}, {{-1, 0, 0}, 1.3e-10, 3}};
  e.beam.wavelength_m = 1.175e-10;
  expect_definition(e, rendered(e).image);
}

/// A broad ring, and one that is narrower than the spectrum.
Background ring_of_width(double width_per_m) {
  Background ring{"ring", {}, {}, 1e6};
  const auto slope = [&](double s) {
    const double x = (s - 5e8) / width_per_m;
    return -9 * x / width_per_m * std::exp(-0.5 * x * x);
  };
  const double step = 0.1 * width_per_m;
  for (double s = 0; s < 1.2e9; s += step) {
    const double x = (s - 5e8) / width_per_m;
    if (s > 0) ring.slope_e2_m.push_back(slope(s));
    ring.stol_per_m.push_back(s);
    ring.intensity_e2.push_back(1 + 9 * std::exp(-0.5 * x * x));
    if (s + step < 1.2e9) ring.slope_e2_m.push_back(slope(s));
  }
  return ring;
}

/// However few of them stand for all.
TEST_P(Backgrounds, OfManyWavelengthsAreTheSumOfEach) {
  for (const double width_per_m : {2e8, 5e6}) {
    Experiment e = background_only({ring_of_width(width_per_m)});
    e.beam.sources.clear();
    e.beam.nominal_wavelength = true;
    for (int i = 0; i < 64; ++i)
      e.beam.sources.push_back({{-1, 0, 0}, 1e-10 * (1 + 0.0005 * (i * 37 % 64)), 1.0 + i % 5});
    const Image all = rendered(e).image;
    std::vector<double> expected(all.pixels.size(), 0.0);
    double weights = 0;
    for (std::size_t first = 0; first < e.beam.sources.size(); first += 8) {
      Experiment some = e;
      some.beam.sources.assign(e.beam.sources.begin() + static_cast<std::ptrdiff_t>(first),
                               e.beam.sources.begin() + static_cast<std::ptrdiff_t>(first + 8));
      double weight = 0;
      for (const Source& source : some.beam.sources) weight += source.weight;
      const Image image = rendered(some).image;
      for (std::size_t i = 0; i < expected.size(); ++i) expected[i] += weight * static_cast<double>(image.pixels[i]);
      weights += weight;
    }
    for (std::size_t i = 0; i < expected.size(); ++i)
      ASSERT_NEAR(static_cast<double>(all.pixels[i]), expected[i] / weights, 2 * float_rounding * expected[i] / weights)
          << width_per_m << " " << i;
  }
}

TEST_P(Backgrounds, OfEqualIntensitiesAreWater) {
  Experiment water = background_only({});
  water.water_edge_m = 1e-6;
  const double level = 2.57 * 2.57 * 1e-18 * 1e6 / 18.0 * 6.02214179e23;
  const Experiment flat = background_only({{"flat", {1e8, 2e8}, {level, level}, 1}});
  const Image expected = rendered(water).image, found = rendered(flat).image;
  for (std::size_t i = 0; i < expected.pixels.size(); ++i)
    EXPECT_NEAR(found.pixels[i], expected.pixels[i], 2 * float_rounding * static_cast<double>(expected.pixels[i]));
}

TEST_P(Backgrounds, AddToCrystalAndWaterOfAThickSensorWithSubPixels) {
  Experiment all = simple_experiment();
  all.sampling.oversample = 2;
  all.detector.panels[0].sensor = Sensor::of(3e-4, 2000, 3);
  all.water_edge_m = 0.2e-6;
  const Image without = rendered(all).image;
  Background background = uneven();
  background.scale = 2e5;
  all.backgrounds = {background};
  Experiment alone = all;
  alone.structure_factors = uniform_factors(0);
  alone.water_edge_m = 0;
  const Image with = rendered(all).image, only = rendered(alone).image;
  for (std::size_t i = 0; i < with.pixels.size(); ++i) {
    const double expected = static_cast<double>(without.pixels[i]) + static_cast<double>(only.pixels[i]);
    EXPECT_NEAR(static_cast<double>(with.pixels[i]), expected, 3 * float_rounding * expected + error_of_floats(with));
  }
}

TEST_P(Backgrounds, KeepTheirFactorsUnderOlderRules) {
  Experiment older = background_only({even()});
  older.detector.panels[0].sensor = Sensor::of(3e-4, 2000, 2);
  Experiment thick = older;
  older.sampling.compatibility.capture = FactorRule::FirstSample;
  older.sampling.compatibility.background_in_sum = true;
  const Image expected = rendered(thick).image, found = rendered(older).image;
  EXPECT_TRUE(compile_plan(older).ordered_sums);
  EXPECT_EQ(expected.pixels, found.pixels);
}

INSTANTIATE_TEST_SUITE_P(backends, Backgrounds, testing::ValuesIn(ways()), word_for);

}  // namespace
}  // namespace femtobragg::tests
