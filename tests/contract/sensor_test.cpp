// Absorption in the sensor: Beer's law, whatever the number of layers.
#include <gtest/gtest.h>

#include "femtobragg/physics/sensor_absorption.h"
#include "femtobragg/simulate/gauss_depths.h"
#include "femtobragg/simulate/sensor_layers.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

Sensor sensor_of(double thickness_m, double depth_m, int layers) {
  return Sensor::of(thickness_m, 1.0 / depth_m, layers);
}

using SensorAbsorption = EachWay;

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
  e.detector.panels[0].sensor = {1e-6, 0, 3, 1e-6 / 3, LayerRule::Centroid};
  EXPECT_EQ(first_pixel(e), 0);
}

/// A layer is where it is: its pixels are farther away than those of the surface, and seen at another angle.
TEST_P(SensorAbsorption, LayersLieAtTheirDepth) {
  Experiment e = isotropic_experiment();
  Panel& panel = e.detector.panels[0];
  constexpr double thickness_m = 2e-3, depth_m = 1e-3;
  panel.sensor = sensor_of(thickness_m, depth_m, 1);
  const Vec3d on_surface = pixel_centre(panel, 90, 20);
  // One layer lies at the mean depth of what it absorbs: 1/mu - T exp(-mu T) / (1 - exp(-mu T)).
  const double rest = std::exp(-thickness_m / depth_m);
  const Vec3d at = on_surface + (depth_m - thickness_m * rest / (1 - rest)) * panel.normal;
  const double cosine = dot(at, panel.normal) / norm(at);
  const double expected = drop_photons_per_sr(e.water_edge_m, e.beam.fluence_per_m2) * solid_angle_of(panel, at) *
                          (1.0 - std::exp(-thickness_m / depth_m / cosine));
  EXPECT_NEAR(static_cast<double>(rendered(e).image.row(20)[90]), expected, float_rounding * expected);
}

/// A layer stands for what it absorbs: the mean depth of all layers is that of the sensor, whatever their number, also
/// along oblique rays.
TEST(SensorLayers, HaveTheMeanDepthOfTheSensor) {
  for (const double per_thickness : {1e-4, 0.03, 0.8, 7.0, 300.0})
    for (const double cosine : {1.0, 0.7})
      for (const int layers : {1, 2, 5, 40}) {
        constexpr double thickness_m = 320e-6;
        Sensor sensor = sensor_of(thickness_m, thickness_m / per_thickness, layers);
        sensor.ray_cosine = cosine;
        double photons = 0, depth_m = 0;
        for (const kernel::Layer& layer : layers_of(sensor)) {
          const double captured =
              physics::captured_fraction(layer.front_m, layer.back_m, sensor.attenuation_per_m, cosine);
          EXPECT_GT(layer.depth_m, layer.front_m);
          EXPECT_LT(layer.depth_m, layer.back_m);
          photons += captured;
          depth_m += captured * layer.depth_m;
        }
        const double x = per_thickness / cosine;
        const double expected = 1 / x - std::exp(-x) / -std::expm1(-x);
        EXPECT_NEAR(depth_m / photons / thickness_m, expected, 1e-9) << per_thickness << " " << layers;
      }
}

TEST(SensorLayers, DepthsHaveTheirDerivatives) {
  const auto depth_m = [](double thickness_m, double attenuation_per_m) {
    Sensor sensor = sensor_of(thickness_m, 1 / attenuation_per_m, 3);
    sensor.ray_cosine = 0.8;
    return layers_of(sensor)[1];
  };
  for (const double mu : {1.0, 300.0, 4000.0, 40000.0}) {
    constexpr double thickness_m = 320e-6, h = 1e-4;
    const double by_mu =
        (depth_m(thickness_m, mu * (1 + h)).depth_m - depth_m(thickness_m, mu * (1 - h)).depth_m) / (2 * h * mu);
    const double by_thickness =
        (depth_m(thickness_m * (1 + h), mu).depth_m - depth_m(thickness_m * (1 - h), mu).depth_m) / (2 * h);
    const kernel::Layer layer = depth_m(thickness_m, mu);
    // Central differences: h^2, and rounding of 1e-16 / h.
    EXPECT_NEAR(layer.depth_by_attenuation_m2 * mu, by_mu * mu, 1e-7 * thickness_m) << mu;
    EXPECT_NEAR(layer.depth_by_thickness_m, by_thickness, 1e-7 * thickness_m) << mu;
  }
}

TEST(SensorLayers, OfOlderProgramsLieAtTheirFronts) {
  Sensor sensor = sensor_of(300e-6, 100e-6, 3);
  sensor.layer_rule = LayerRule::FrontFace;
  const std::vector<kernel::Layer> layers = layers_of(sensor);
  for (std::size_t t = 0; t < 3; ++t) {
    EXPECT_EQ(layers[t].depth_m, sensor.layer_step_m * static_cast<double>(t));
    EXPECT_EQ(layers[t].depth_by_thickness_m, layers[t].depth_m);
    EXPECT_EQ(layers[t].depth_by_attenuation_m2, 0);
  }
}

/// The mean of every polynomial of degree below 2 n is exact.
TEST(GaussLayers, HaveTheMomentsOfTheSensor) {
  for (const double lengths : {1e-3, 0.8, 7.0, 300.0})
    for (const std::size_t count : {1u, 2u, 3u, 7u}) {
      const auto depths = gauss_depths(lengths, count);
      // By parts: M_k = k / x M_k-1 - exp(-x) / (1 - exp(-x)); a series where x is small.
      double front = 0;
      std::vector<double> weights;
      for (const GaussDepth& d : depths) {
        weights.push_back(std::exp(-lengths * front) - std::exp(-lengths * d.back));
        front = d.back;
      }
      EXPECT_EQ(depths.back().back, 1);
      for (std::size_t k = 0; k < 2 * count; ++k) {
        double mean = 0, all = 0, expected = 0, norm = 0;
        for (std::size_t i = 0; i < count; ++i) {
          mean += weights[i] * std::pow(depths[i].depth, k);
          all += weights[i];
        }
        constexpr int steps = 20000;
        const double end = std::min(1.0, 40 / lengths);
        for (int i = 0; i < steps; ++i) {
          const double u = end * (i + 0.5) / steps, w = std::exp(-lengths * u);
          expected += w * std::pow(u, k);
          norm += w;
        }
        EXPECT_NEAR(mean / all / (expected / norm), 1, 1e-6) << lengths << " " << count << " " << k;
      }
    }
}

/// A panel at up to 35 degrees, with a sensor as thick as six pixels.
Panel thick_panel(double tangent) {
  constexpr std::size_t pixels = 200;
  Panel panel = facing_panel(0.1, 75e-6, pixels);
  panel.origin_m = panel.origin_m + Vec3d{0, tangent * 0.1, 0};
  panel.sensor = Sensor::of(450e-6, 1 / 255e-6, 1, "Si");
  panel.sensor.ray_cosine = dot(unit(panel.centre_m()), panel.normal);
  return panel;
}

TEST(GaussLayers, AreAsFewAsTheStatedErrorNeeds) {
  int before = 0;
  for (const double tangent : {0.0, 0.1, 0.3, 0.6}) {
    Panel panel = thick_panel(tangent);
    panel.sensor = with_fewest_layers(panel);
    const LayerErrors errors = layer_errors(panel);
    EXPECT_LE(errors.shift_px, allowed_layer_errors.shift_px);
    EXPECT_LE(errors.share, allowed_layer_errors.share);
    EXPECT_GE(panel.sensor.layers, before);
    before = panel.sensor.layers;
    if (panel.sensor.layers == 1) continue;
    // One less would be too few.
    --panel.sensor.layers;
    panel.sensor.layer_step_m = panel.sensor.thickness_m / panel.sensor.layers;
    const LayerErrors more = layer_errors(panel);
    EXPECT_TRUE(more.shift_px > allowed_layer_errors.shift_px || more.share > allowed_layer_errors.share);
  }
  EXPECT_GT(before, 2);
  EXPECT_LT(before, 8);
}

/// Against 64 layers: a spot about as wide as a pixel, where rays are steepest.
TEST(GaussLayers, MakeTheSameSpotsAs64Layers) {
  Experiment e = simple_experiment();
  e.crystal = crystal_of(cell_of(40, 50, 60, 90, 90, 90), 40);
  e.crystal.shape = CrystalShape::Gaussian;
  e.crystal.mosaic_rotations = {};
  e.sampling.oversample = 3;
  Panel& panel = e.detector.panels.front();
  panel = thick_panel(0.4);
  const Sensor few = with_fewest_layers(panel), many = Sensor::of(450e-6, 1 / 255e-6, 64, "Si");
  panel.sensor = many;
  const Image reference = render(compile_plan(e), 0, {.device = "auto"}).image;
  panel.sensor = few;
  const Image image = render(compile_plan(e), 0, {.device = "auto"}).image;
  int spots = 0;
  constexpr std::size_t reach = 5;
  for (std::size_t slow = reach; slow + reach < image.n_slow; ++slow)
    for (std::size_t fast = reach; fast + reach < image.n_fast; ++fast) {
      double photons[2] = {}, centre[2] = {}, worst = 0, most = 0;
      for (std::size_t s = slow - reach; s <= slow + reach; ++s)
        for (std::size_t f = fast - reach; f <= fast + reach; ++f) {
          const double a = image.row(s)[f], b = reference.row(s)[f];
          photons[0] += a, photons[1] += b;
          centre[0] += a * static_cast<double>(s), centre[1] += b * static_cast<double>(s);
          worst = std::max(worst, std::abs(a - b));
          most = std::max(most, b);
        }
      // The brightest pixel of a spot that is alone and strong.
      if (reference.row(slow)[fast] < most || photons[1] < 0.02 * sum_of(reference)) continue;
      ++spots;
      EXPECT_NEAR(photons[0] / photons[1], 1, 1e-3);
      EXPECT_LT(worst, allowed_layer_errors.share * photons[1]);
      EXPECT_NEAR(centre[0] / photons[0], centre[1] / photons[1], allowed_layer_errors.shift_px);
    }
  EXPECT_GE(spots, 3);
}

/// What a layer captures changes with the attenuation; where it lies, only with the thickness.
TEST(GaussLayers, StayWhereTheyAreInTheSensor) {
  Sensor sensor = with_fewest_layers(thick_panel(0.4));
  const auto before = layers_of(sensor);
  sensor.attenuation_per_m *= 1.1;
  sensor.thickness_m *= 2, sensor.layer_step_m *= 2;
  const auto after = layers_of(sensor);
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_DOUBLE_EQ(after[i].depth_m, 2 * before[i].depth_m);
    EXPECT_DOUBLE_EQ(before[i].depth_by_thickness_m, before[i].depth_m);
    EXPECT_EQ(before[i].depth_by_attenuation_m2, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(backends, SensorAbsorption, testing::ValuesIn(ways()), word_for);

}  // namespace
}  // namespace femtobragg::tests
