// Background of water: its absolute value, and what it must not depend on.
#include <gtest/gtest.h>

#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

Experiment water_only(double edge_m) {
  Experiment e = isotropic_experiment();
  e.beam.apply_polarization = true;
  e.water_edge_m = edge_m;
  e.detector.panels = {facing_panel(0.1, 1e-3, 61)};
  return e;
}

using Water = EachWay;

TEST_P(Water, HasTheAbsoluteValueOfItsMolecules) {
  const Experiment e = water_only(2e-6);
  const Panel& panel = e.detector.panels[0];
  const Image image = rendered(e).image;
  for (std::size_t slow = 0; slow < panel.n_slow; slow += 7)
    for (std::size_t fast = 0; fast < panel.n_fast; fast += 7) {
      const Vec3d at = pixel_centre(panel, fast, slow);
      const double expected = drop_photons_per_sr(2e-6, e.beam.fluence_per_m2) * solid_angle_of(panel, at) *
                              unpolarized_factor({1, 0, 0}, at);
      EXPECT_NEAR(static_cast<double>(image.row(slow)[fast]), expected, float_rounding * expected);
    }
}

TEST_P(Water, GoesWithTheVolume) {
  const double one = first_pixel(water_only(1e-6)), eight = first_pixel(water_only(2e-6));
  EXPECT_NEAR(eight, 8 * one, 2 * float_rounding * eight);
}

TEST_P(Water, IsLinearInTheFluence) {
  Experiment e = water_only(1e-6);
  const double one = first_pixel(e);
  for (const double factor : {1e-6, 0.3, 40.0}) {
    e.beam.fluence_per_m2 = factor * unit_fluence_per_m2;
    EXPECT_NEAR(first_pixel(e), factor * one, 2 * float_rounding * factor * one);
  }
}

TEST_P(Water, DoesNotDependOnOversampling) {
  Experiment e = water_only(1e-6);
  const Image coarse = rendered(e).image;
  for (const int oversample : {2, 3, 5}) {
    e.sampling.oversample = oversample;
    const Image fine = rendered(e).image;
    for (std::size_t i = 0; i < coarse.pixels.size(); i += 13) {
      // The centre's value differs from the mean by p^2/24 times the Laplacian of solid angle x polarization, which is
      // below 12 / distance^2 of the value: 5e-5 for pixels of a hundredth of the distance.
      const double expected = static_cast<double>(coarse.pixels[i]);
      EXPECT_NEAR(static_cast<double>(fine.pixels[i]), expected, 5e-5 * expected);
    }
  }
}

TEST_P(Water, OfSubPixelsIsTheMeanOfTheirSolidAngles) {
  Experiment e = water_only(1e-6);
  e.sampling.oversample = 3;
  const Panel& panel = e.detector.panels[0];
  double sum = 0;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) {
      const Vec3d at = point_on(panel, 5 + (i + 0.5) / 3, 8 + (j + 0.5) / 3);
      sum += solid_angle_of(panel, at) * unpolarized_factor({1, 0, 0}, at) / 9.0;
    }
  const double expected = sum * drop_photons_per_sr(1e-6, e.beam.fluence_per_m2);
  EXPECT_NEAR(static_cast<double>(rendered(e).image.row(8)[5]), expected, float_rounding * expected);
}

TEST_P(Water, DoesNotDependOnStepsDomainsAndResolutionLimit) {
  Experiment e = water_only(1e-6);
  const double one = first_pixel(e);
  e.spindle.phi_steps = 5;
  e.spindle.phi_step_rad = 0.01;
  e.crystal.mosaic_rotations.assign(3, Mat3d::identity());
  EXPECT_NEAR(first_pixel(e), one, 2 * float_rounding * one);
  e.sampling.d_min_m = 1;  // cuts every reflection
  EXPECT_NEAR(first_pixel(e), one, 2 * float_rounding * one);
  e.beam.sources.assign(4, e.beam.sources[0]);
  EXPECT_NEAR(first_pixel(e), one, 2 * float_rounding * one);
}

TEST_P(Water, AddsToTheCrystal) {
  Experiment both = simple_experiment();
  both.sampling.oversample = 2;
  const Image crystal = rendered(both).image;
  both.water_edge_m = 0.2e-6;
  Experiment drop = both;
  drop.structure_factors = uniform_factors(0);
  const Image sum = rendered(both).image, water = rendered(drop).image;
  for (std::size_t i = 0; i < sum.pixels.size(); ++i) {
    const double expected = static_cast<double>(crystal.pixels[i]) + static_cast<double>(water.pixels[i]);
    EXPECT_NEAR(static_cast<double>(sum.pixels[i]), expected, 2 * float_rounding * expected);
  }
}

INSTANTIATE_TEST_SUITE_P(backends, Water, testing::ValuesIn(ways()), word_for);

}  // namespace
}  // namespace femtobragg::tests
