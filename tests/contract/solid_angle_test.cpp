// Solid angles: a detector that surrounds the sample sees the whole sphere.
#include <gtest/gtest.h>

#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

/// Six square panels, each `2 distance` wide, of n x n pixels.
std::vector<Panel> cube(double distance_m, std::size_t n) {
  std::vector<Panel> panels;
  const Vec3d axes[] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  for (std::size_t i = 0; i < 3; ++i)
    for (const double sign : {1.0, -1.0}) {
      const Vec3d normal = sign * axes[i], fast = axes[(i + 1) % 3], slow = cross(normal, fast);
      panels.push_back(Panel::flat({.origin_m = distance_m * (normal - fast - slow),
                                    .fast = fast,
                                    .slow = slow,
                                    .pixel_m = 2.0 * distance_m / static_cast<double>(n),
                                    .n_fast = n,
                                    .n_slow = n}));
      panels.back().data_slow = n * (panels.size() - 1);
    }
  return panels;
}

class SolidAngle : public EachWay {
 protected:
  /// Relative: of 10 000 terms in doubles, or in floats of seven roundings that all go the same way.
  static double error_of_sums() { return GetParam().in_floats() ? 4e-7 : 1e-12; }
};

TEST_P(SolidAngle, OfACubeIsTheWholeSphere) {
  Experiment e = isotropic_experiment();
  e.detector.panels = cube(0.1, 64);
  double reported = 0, photons = 0;
  for (std::size_t panel = 0; panel < 6; ++panel) {
    const Rendering rendering = rendered(e, panel);
    reported += rendering.summary.solid_angle_sr;
    photons += sum_of(rendering.image);
  }
  // Pixels are 1/32 of the distance: taking the solid angle at their centres errs by less than (1/32)^2.
  EXPECT_NEAR(reported, 4 * pi, 1e-3 * 4 * pi);
  const double per_sr = drop_photons_per_sr(e.water_edge_m, e.beam.fluence_per_m2);
  EXPECT_NEAR(photons, 4 * pi * per_sr, 1e-3 * 4 * pi * per_sr);
}

TEST_P(SolidAngle, ThomsonCrossSectionIsEightThirdsPi) {
  for (const double fraction : {0.0, 0.9, -0.4, 1.0}) {
    SCOPED_TRACE(fraction);
    Experiment e = isotropic_experiment();
    e.beam.apply_polarization = true;
    e.beam.polarization_fraction = fraction;
    e.detector.panels = cube(0.1, 64);
    double photons = 0;
    for (std::size_t panel = 0; panel < 6; ++panel) photons += sum_of(rendered(e, panel).image);
    const double per_sr = drop_photons_per_sr(e.water_edge_m, e.beam.fluence_per_m2);
    // Whatever the polarization, electrons scatter 8 pi / 3 r_e^2. The tolerance is that of the cube.
    EXPECT_NEAR(photons, 8 * pi / 3 * per_sr, 1e-3 * 8 * pi / 3 * per_sr);
  }
}

TEST_P(SolidAngle, OfAFlatPixelIsAreaTimesCosineOverDistanceSquared) {
  const Experiment e = isotropic_experiment();
  const Panel& panel = e.detector.panels[0];
  const Rendering rendering = rendered(e);
  const double per_sr = drop_photons_per_sr(e.water_edge_m, e.beam.fluence_per_m2);
  double sum = 0;
  for (std::size_t slow = 0; slow < panel.n_slow; ++slow)
    for (std::size_t fast = 0; fast < panel.n_fast; ++fast) {
      const double expected = solid_angle_of(panel, pixel_centre(panel, fast, slow));
      EXPECT_NEAR(static_cast<double>(rendering.image.row(slow)[fast]), per_sr * expected,
                  float_rounding * per_sr * expected);
      sum += expected;
    }
  EXPECT_NEAR(rendering.summary.solid_angle_sr, sum, error_of_sums() * sum);
}

TEST_P(SolidAngle, OfAPointPixelHasNoObliquity) {
  Experiment e = isotropic_experiment();
  Panel& panel = e.detector.panels[0];
  panel.point_pixels = true;
  panel.point_pixel_area_m2 = panel.pixel_size_m * panel.pixel_size_m;
  const Rendering rendering = rendered(e);
  const double per_sr = drop_photons_per_sr(e.water_edge_m, e.beam.fluence_per_m2);
  for (std::size_t slow = 0; slow < panel.n_slow; ++slow)
    for (std::size_t fast = 0; fast < panel.n_fast; ++fast) {
      const double r = norm(pixel_centre(panel, fast, slow));
      const double expected = per_sr * panel.pixel_size_m * panel.pixel_size_m / (r * r);
      EXPECT_NEAR(static_cast<double>(rendering.image.row(slow)[fast]), expected, float_rounding * expected);
    }
}

TEST_P(SolidAngle, IsReportedForRenderedPixelsOnly) {
  Experiment e = isotropic_experiment();
  Panel& panel = e.detector.panels[0];
  panel.region = RegionOfInterest{10, 31, 20, 61};
  panel.mask.assign(panel.n_fast * panel.n_slow, 1);
  panel.mask[25 * panel.n_fast + 15] = 0;
  double sum = 0;
  for (std::size_t slow = 20; slow < 61; ++slow)
    for (std::size_t fast = 10; fast < 31; ++fast)
      if (fast != 15 || slow != 25) sum += solid_angle_of(panel, pixel_centre(panel, fast, slow));
  EXPECT_NEAR(rendered(e).summary.solid_angle_sr, sum, error_of_sums() * sum);
  // Neither sources nor phi steps nor domains change what a detector covers.
  e.beam.sources.push_back({unit(Vec3d{-1, 0.01, 0}), 1e-10, 1});
  e.spindle.phi_steps = 3;
  e.crystal.mosaic_rotations = {Mat3d::identity(), Mat3d::identity()};
  EXPECT_NEAR(rendered(e).summary.solid_angle_sr, sum, error_of_sums() * sum);
}

INSTANTIATE_TEST_SUITE_P(backends, SolidAngle, testing::ValuesIn(ways()), word_for);

}  // namespace
}  // namespace femtobragg::tests
