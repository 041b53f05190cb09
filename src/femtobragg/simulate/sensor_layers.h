// The layers of a sensor: between which depths each absorbs, at which depth its photons are placed, and how many are
// enough.
#pragma once

#include <vector>

#include "femtobragg/kernel/plan.h"
#include "femtobragg/model/detector.h"

namespace femtobragg {

std::vector<kernel::Layer> layers_of(const Sensor& sensor);

/// What layers may do to a spot that is as wide as a pixel, along any ray to the panel.
struct LayerErrors {
  double shift_px = 0;  ///< of its centre
  double share = 0;     ///< of its photons that are in the wrong pixel, for any pixel
};
inline constexpr LayerErrors allowed_layer_errors{.shift_px = 0.02, .share = 0.01};

/// The errors of the layers of the panel's sensor against continuous absorption.
LayerErrors layer_errors(const Panel& panel);

/// The fewest layers whose errors are allowed, placed by Gauss's rule: the sensor's thickness, attenuation and
/// ray_cosine count. At most `most_gauss_layers`, where rays graze the panel.
Sensor with_fewest_layers(Panel panel);
inline constexpr int most_gauss_layers = 32;

}  // namespace femtobragg
