// Solid angle of a pixel seen from the sample.
#pragma once

#include "femtobragg/base/device.h"

namespace femtobragg::physics {

/// The power of the distance to which each of the two solid angles below is proportional.
inline constexpr double flat_pixel_power = -3, facing_pixel_power = -2;

/// Steradians of a pixel at `distance_m` from the sample, in a plane `plane_distance_m` away.
template <class T>
FB_HD T flat_pixel_solid_angle(T area_m2, T distance_m, T plane_distance_m) {
  return area_m2 / (distance_m * distance_m) * plane_distance_m / distance_m;
}

/// The same for a patch that faces the sample.
template <class T>
FB_HD T facing_pixel_solid_angle(T area_m2, T distance_m) {
  return area_m2 / (distance_m * distance_m);
}

}  // namespace femtobragg::physics
