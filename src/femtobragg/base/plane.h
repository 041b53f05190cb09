// Points of a plane that is described by its origin, two axes and its normal.
#pragma once

#include <cstddef>

#include "femtobragg/base/vec3.h"

namespace femtobragg {

/// Metres along the axes from the origin, then below the surface. A number, or a pack of them; the order of the sums
/// decides the last bit of images.
template <class T, class Plane>
FB_HD Vec3<T> point_of_plane(const Plane& plane, T fast_m, T slow_m, double depth_m) {
  return vec3_of<T>(plane.fast_axis) * fast_m + vec3_of<T>(plane.slow_axis) * slow_m +
         vec3_of<T>(plane.normal * depth_m) + vec3_of<T>(plane.origin_m);
}

}  // namespace femtobragg
