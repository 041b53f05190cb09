// Layers at the mean depth of what they absorb, or as older programs place them.
#include "femtobragg/simulate/sensor_layers.h"

#include <cmath>

#include "femtobragg/physics/sensor_absorption.h"

namespace femtobragg {

/// Along a ray that crosses the layers at an angle the beam falls off faster: mu / cosine for each metre of depth.
std::vector<kernel::Layer> layers_of(const Sensor& sensor) {
  std::vector<kernel::Layer> layers(static_cast<std::size_t>(sensor.layers));
  const double width = sensor.layer_step_m, by_attenuation = width / sensor.ray_cosine;
  const double lengths = width > 0 ? sensor.attenuation_per_m * by_attenuation : 0;
  const auto [middle, slope] = sensor.layer_rule == LayerRule::Centroid ? physics::absorption_centroid(lengths)
                                                                        : physics::AbsorptionCentroid{0, 0};
  for (std::size_t t = 0; t < layers.size(); ++t) {
    kernel::Layer& layer = layers[t];
    layer.front_m = width * static_cast<double>(t);
    layer.back_m = width * static_cast<double>(t + 1);
    layer.depth_m = width * (static_cast<double>(t) + middle);
    layer.depth_by_attenuation_m2 = width * by_attenuation * slope;
    layer.depth_by_thickness_m = layer.depth_m + (std::isfinite(lengths) ? width * lengths * slope : 0);
  }
  return layers;
}

}  // namespace femtobragg
