// A plane that is described by its origin, two axes and its normal.
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

/// From the sample to a plane, as a multiple of the direction; infinite or NaN if that runs along the plane. The normal
/// may have any length.
inline double distance_to_plane(const Vec3d& origin_m, const Vec3d& normal, const Vec3d& direction) {
  return dot(origin_m, normal) / dot(direction, normal);
}

}  // namespace femtobragg
