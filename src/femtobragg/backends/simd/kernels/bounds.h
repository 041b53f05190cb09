// What a group of pixels can still receive from a term: the test that lets kernels leave terms out.
#pragma once

#include <cmath>

#include "femtobragg/base/lane.h"
#include "femtobragg/base/mat3.h"
#include "femtobragg/physics/lattice_factor/shapes.h"

namespace femtobragg::kernel {

/// The region around a lattice point outside which (L / N)^2 stays below a level.
struct Reach {
  bool everywhere = true;  ///< no region: every term matters
  bool by_axes = false;    ///< the product of a factor for each axis; otherwise a metric
  Vec3d cells{};
  double least_product = 0;  ///< by_axes: dark where the product of (N sin(pi x))^2 exceeds this
  Mat3d metric{};            ///< squared distance from the lattice point is D^T metric D
  double radius = 0;         ///< dark beyond this distance
  Vec3d axis_reach{};        ///< largest |D| along each axis within the radius
};

/// A group of pixels sees Miller indices within `extent` of `middle` (given relative to the integers nearest to it),
/// and within `spread` of it in the metric. True where some of them may lie in the region, never false where one does.
template <class T>
decltype(T(0.) < T(0.)) may_matter(const Reach& reach, const Vec3<T>& middle, const Vec3<T>& extent, const T& spread) {
  using std::abs;
  using std::max;
  using Mask = decltype(T(0.) < T(0.));
  // Distance of each index from the nearest lattice plane. An interval that crosses 1/2 is still no closer.
  const Vec3<T> near{max(abs(middle.x) - extent.x, T(0.)), max(abs(middle.y) - extent.y, T(0.)),
                     max(abs(middle.z) - extent.z, T(0.))};
  if (reach.by_axes) {
    // sin(pi x) >= 3 x - 4 x^3 for 0 <= x <= 1/2.
    const auto least = [](const T& x, double n) {
      const T s = T(n) * x * (T(3.) - T(4.) * x * x);
      return max(s * s, T(1.));
    };
    return least(near.x, reach.cells.x) * least(near.y, reach.cells.y) * least(near.z, reach.cells.z) <=
           T(reach.least_product);
  }
  const T edge = T(reach.radius) + spread;
  const T half(0.5);
  const Mask crosses_x = abs(middle.x) + extent.x > half, crosses_y = abs(middle.y) + extent.y > half,
             crosses_z = abs(middle.z) + extent.z > half;
  const Mat3<T> metric{vec3_of<T>(reach.metric.row_x), vec3_of<T>(reach.metric.row_y), vec3_of<T>(reach.metric.row_z)};
  const Mask close = dot(middle, metric * middle) <= edge * edge;
  const Mask within_axes =
      (near.x <= T(reach.axis_reach.x)) & (near.y <= T(reach.axis_reach.y)) & (near.z <= T(reach.axis_reach.z));
  return (close | crosses_x | crosses_y | crosses_z) & within_axes;
}

}  // namespace femtobragg::kernel
