// Absorption in the sensor: Beer's law, whatever the number of layers.
#include <gtest/gtest.h>

#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

Sensor sensor_of(double thickness_m, double depth_m, int layers) {
  return {thickness_m, 1.0 / depth_m, layers, thickness_m / layers, LayerRule::Centred};
}

using SensorAbsorption = EachBackend;

TEST_P(SensorAbsorption, LayersAddUpToBeersLaw) {
  constexpr double thickness_m = 1e-6, depth_m = 0.8e-6;
  Experiment e = isotropic_experiment();
  Panel& panel = e.detector.panels[0];
  panel.origin_m = panel.origin_m + Vec3d{0, 0.05, 0};  // rays up to 40 degrees from the normal
  const Image surface = rendered(e).image;
  for (const int layers : {1, 2, 5, 12}) {
    SCOPED_TRACE(layers);
    panel.sensor = sensor_of(thickness_m, depth_m, layers);
    const Image image = rendered(e).image;
    for (std::size_t slow = 0; slow < panel.n_slow; slow += 10)
      for (std::size_t fast = 0; fast < panel.n_fast; fast += 10) {
        const Vec3d at = pixel_centre(panel, fast, slow);
        const double cosine = dot(at, panel.normal) / norm(at);
        const double expected = 1.0 - std::exp(-thickness_m / depth_m / cosine);
        const double ratio = static_cast<double>(image.row(slow)[fast]) / static_cast<double>(surface.row(slow)[fast]);
        // Deeper layers are farther away by up to 1e-5 of the distance, and solid angles fall with its square.
        EXPECT_NEAR(ratio, expected, 4e-5 * expected);
      }
  }
}

TEST_P(SensorAbsorption, ThickSensorsCatchEverythingAndTransparentOnesNothing) {
  Experiment e = isotropic_experiment();
  const double surface = first_pixel(e);
  e.detector.panels[0].sensor = sensor_of(1e-6, 1e-9, 40);
  EXPECT_NEAR(first_pixel(e), surface, 4e-5 * surface);  // as above
  e.detector.panels[0].sensor = {1e-6, 0, 3, 1e-6 / 3, LayerRule::Centred};
  EXPECT_EQ(first_pixel(e), 0);
}

/// A layer is where it is: its pixels are farther away than those of the surface, and seen at another angle.
TEST_P(SensorAbsorption, LayersLieAtTheirDepth) {
  Experiment e = isotropic_experiment();
  Panel& panel = e.detector.panels[0];
  constexpr double thickness_m = 2e-3, depth_m = 1e-3;
  panel.sensor = sensor_of(thickness_m, depth_m, 1);
  const Vec3d on_surface = pixel_centre(panel, 90, 20);
  const Vec3d at = on_surface + 0.5 * thickness_m * panel.normal;  // one layer lies at its middle
  const double cosine = dot(at, panel.normal) / norm(at);
  const double expected = drop_photons_per_sr(e.water_edge_m, e.beam.fluence_per_m2) * solid_angle_of(panel, at) *
                          (1.0 - std::exp(-thickness_m / depth_m / cosine));
  EXPECT_NEAR(static_cast<double>(rendered(e).image.row(20)[90]), expected, float_rounding * expected);
}

INSTANTIATE_TEST_SUITE_P(backends, SensorAbsorption, testing::ValuesIn(backend_names()));

}  // namespace
}  // namespace femtobragg::tests
