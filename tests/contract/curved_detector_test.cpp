// A detector bent to a sphere around the sample: all its pixels are equally far, equally large and face the sample.
#include <gtest/gtest.h>

#include "femtobragg/physics/curved_panel.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

constexpr double radius_m = 0.1;

Experiment curved_experiment() {
  Experiment e = isotropic_experiment();
  Panel& panel = e.detector.panels[0];
  panel.origin_m = panel.origin_m + Vec3d{0, 4e-3, -7e-3};  // beam spot off the middle
  panel.curvature = Curvature::Spherical;
  panel.curvature_radius_m = radius_m;
  return e;
}

TEST(CurvedPanel, WorkedExample) {
  const auto frame = physics::curved_frame(Vec3d{1, 0, 0}, Vec3d{0, 0, 1}, Vec3d{0, -1, 0});
  const Vec3d x = physics::on_sphere(frame, radius_m, 0.01375, -0.00125, 0.0);
  // Eight decimals are known.
  EXPECT_NEAR(x.x, 0.09904844, 5e-9);
  EXPECT_NEAR(x.y, 0.00123817, 5e-9);
  EXPECT_NEAR(x.z, 0.01370671, 5e-9);
}

TEST(CurvedPanel, ArcsAlongItsAxesAreAngles) {
  const auto frame = physics::curved_frame(Vec3d{1, 0, 0}, Vec3d{0, 0, 1}, Vec3d{0, -1, 0});
  for (const double arc : {-0.05, 0.0, 0.01, 0.12}) {
    const Vec3d along_fast = physics::on_sphere(frame, radius_m, arc, 0.0, 0.0);
    const Vec3d along_slow = physics::on_sphere(frame, radius_m, 0.0, arc, 0.0);
    // Rounding of one sine and one cosine.
    EXPECT_NEAR(std::atan2(along_fast.z, along_fast.x), arc / radius_m, 1e-14);
    EXPECT_NEAR(std::atan2(-along_slow.y, along_slow.x), arc / radius_m, 1e-14);
    EXPECT_NEAR(along_fast.y, 0, 1e-16);
    EXPECT_NEAR(along_slow.z, 0, 1e-16);
    EXPECT_NEAR(norm(physics::on_sphere(frame, radius_m, 0.03, arc, 0.002)), radius_m + 0.002, 1e-16);
  }
}

TEST(CurvedPanel, FrameIgnoresTiltOfThePanel) {
  const Vec3d beam{1, 0, 0}, fast = unit(Vec3d{0.2, 0.1, 1}), slow = unit(cross(Vec3d{1, 0.3, 0}, fast));
  const auto frame = physics::curved_frame(beam, fast, -slow);
  EXPECT_NEAR(dot(frame.fast, beam), 0, 1e-16);
  EXPECT_NEAR(dot(frame.slow, beam), 0, 1e-16);
  EXPECT_NEAR(dot(frame.slow, frame.fast), 0, 1e-15);
  EXPECT_GT(dot(frame.fast, fast), 0);
  EXPECT_GT(dot(frame.slow, -slow), 0);
}

using CurvedDetector = EachWay;

TEST_P(CurvedDetector, PixelsHaveTheSameSolidAngle) {
  const Experiment e = curved_experiment();
  const Panel& panel = e.detector.panels[0];
  const Rendering rendering = rendered(e);
  const double each = panel.pixel_size_m * panel.pixel_size_m / (radius_m * radius_m);
  const double expected = each * drop_photons_per_sr(e.water_edge_m, e.beam.fluence_per_m2);
  for (const float value : rendering.image.pixels)
    ASSERT_NEAR(static_cast<double>(value), expected, 1.1 * float_rounding * expected);
  const double all = each * static_cast<double>(panel.n_fast * panel.n_slow);
  EXPECT_NEAR(rendering.summary.solid_angle_sr, all, 1e-12 * all);
}

TEST_P(CurvedDetector, RaysCrossTheSensorAtRightAngles) {
  Experiment e = curved_experiment();
  const Image surface = rendered(e).image;
  e.detector.panels[0].sensor = {1e-6, 1.0 / 0.8e-6, 3, 1e-6 / 3, LayerRule::Centroid};
  const Image sensor = rendered(e).image;
  const double captured = 1.0 - std::exp(-1.0 / 0.8);
  for (std::size_t i = 0; i < surface.pixels.size(); i += 101) {
    const double expected = captured * static_cast<double>(surface.pixels[i]);
    // Layers are farther away by up to 1e-5 of the radius.
    EXPECT_NEAR(static_cast<double>(sensor.pixels[i]), expected, 4e-5 * expected);
  }
}

/// A pixel sees what a flat pixel sees that lies in the same direction.
TEST_P(CurvedDetector, PixelsLieUnderTheirArcs) {
  Experiment e = curved_experiment();
  e.water_edge_m = 0;
  e.structure_factors = uniform_factors(100);
  const Panel bent = e.detector.panels[0];
  const Image image = rendered(e).image;
  const Vec3d spot = Vec3d{radius_m, 0, 0} - bent.origin_m;
  for (const auto& [fast, slow] : {std::pair<std::size_t, std::size_t>{3, 4}, {90, 10}, {50, 97}}) {
    const double u = ((static_cast<double>(fast) + 0.5) * bent.pixel_size_m - dot(spot, bent.fast_axis)) / radius_m;
    const double w = ((static_cast<double>(slow) + 0.5) * bent.pixel_size_m - dot(spot, bent.slow_axis)) / radius_m;
    const Vec3d at = radius_m * (std::cos(u) * std::cos(w) * Vec3d{1, 0, 0} + std::sin(u) * bent.fast_axis +
                                 std::cos(u) * std::sin(w) * bent.slow_axis);
    Experiment flat = e;
    Panel& panel = flat.detector.panels[0];
    panel = facing_panel(at.x, bent.pixel_size_m, 1);
    panel.origin_m = panel.origin_m + Vec3d{0, at.y, at.z};
    const double expected =
        first_pixel(flat) / solid_angle_of(panel, at) * bent.pixel_size_m * bent.pixel_size_m / (radius_m * radius_m);
    // Rounding of positions (1e-15) times the slope of the lattice factor, and float32 twice.
    EXPECT_NEAR(static_cast<double>(image.row(slow)[fast]), expected,
                2 * float_rounding * expected + error_of_floats(image));
  }
}

INSTANTIATE_TEST_SUITE_P(backends, CurvedDetector, testing::ValuesIn(ways()), word_for);

}  // namespace
}  // namespace femtobragg::tests
