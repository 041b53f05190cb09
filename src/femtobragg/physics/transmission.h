// The fraction of light that is left at the end of a straight way through obstacles and matter.
#pragma once

#include <span>

#include "femtobragg/physics/attenuation.h"
#include "femtobragg/physics/obstacle.h"

namespace femtobragg::physics {

/// All that is in the way, wherever light comes from.
struct InTheWay {
  Vec3d along{1, 0, 0};  ///< unit vector of the beam, across which the layers are
  std::span<const FlatObstacle> obstacles;
  std::span<const MatterLayer> layers;
};

FB_HD inline double transmission_of_layers(const InTheWay& way, const Vec3d& from_m, const Vec3d& to_m) {
  double optical_path = 0;
  for (const MatterLayer& layer : way.layers)
    optical_path += layer.attenuation_per_m * path_in_layer_m(layer, way.along, from_m, to_m);
  return std::exp(-optical_path);
}

/// What an obstacle leaves of the light between two points.
FB_HD inline double transmission(const FlatObstacle& obstacle, const Vec3d& from_m, const Vec3d& to_m) {
  const double at = crossing(obstacle, from_m, to_m);
  if (!(at > 0 && at < 1)) return 1;
  const Vec3d way = to_m - from_m;
  if (!covers(obstacle, place_in_plane(obstacle, from_m + at * way))) return 1;
  return passed(obstacle, dot(way, obstacle.normal) / norm(way));
}

/// The same of all obstacles and layers.
FB_HD inline double transmission(const InTheWay& way, const Vec3d& from_m, const Vec3d& to_m) {
  double left = transmission_of_layers(way, from_m, to_m);
  for (const FlatObstacle& obstacle : way.obstacles) left *= transmission(obstacle, from_m, to_m);
  return left;
}

}  // namespace femtobragg::physics
