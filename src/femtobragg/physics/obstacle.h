// Flat things that light meets: where a straight way crosses them, and what they let through.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

#include "femtobragg/base/lane.h"
#include "femtobragg/base/vec3.h"

namespace femtobragg::physics {

/// A place in a plane.
struct PlanePoint {
  double u = 0, v = 0;
};

/// A disc around the plane's origin and polygons, all of one thin sheet: together they are its shadow.
struct FlatObstacle {
  Vec3d origin_m, across_u, across_v, normal;  ///< the axes: unit vectors at right angles
  double radius_m = 0;                         ///< 0: no disc
  std::span<const PlanePoint> outline, arm;    ///< corners of polygons; empty: none
  double transmission = 0;                     ///< where `optical_thickness` is zero
  double optical_thickness = 0;                ///< mu x thickness
};

/// Where the way to `to_m` is, as a fraction, when it crosses the plane; infinite or NaN if it never does.
FB_HD inline double crossing(const FlatObstacle& obstacle, const Vec3d& from_m, const Vec3d& to_m) {
  return dot(obstacle.origin_m - from_m, obstacle.normal) / dot(to_m - from_m, obstacle.normal);
}

FB_HD inline PlanePoint place_in_plane(const FlatObstacle& obstacle, const Vec3d& point_m) {
  const Vec3d offset = point_m - obstacle.origin_m;
  return {dot(offset, obstacle.across_u), dot(offset, obstacle.across_v)};
}

/// A ray from the point to the right crosses the outline an odd number of times.
FB_HD inline bool is_inside(std::span<const PlanePoint> outline, const PlanePoint& at) {
  bool inside = false;
  for (std::size_t i = 0, j = outline.size() - 1; i < outline.size(); j = i++) {
    const PlanePoint &a = outline[i], &b = outline[j];
    if ((a.v > at.v) != (b.v > at.v) && at.u < (b.u - a.u) * (at.v - a.v) / (b.v - a.v) + a.u) inside = !inside;
  }
  return inside;
}

FB_HD inline bool covers(const FlatObstacle& obstacle, const PlanePoint& at) {
  return at.u * at.u + at.v * at.v < obstacle.radius_m * obstacle.radius_m || is_inside(obstacle.outline, at) ||
         is_inside(obstacle.arm, at);
}

/// Calls f(share, edge) where the line from + share x along crosses an edge of the obstacle; edges are numbered.
template <class F>
FB_HD void for_each_crossing(const FlatObstacle& obstacle, const PlanePoint& from, const PlanePoint& along, F&& f) {
  int edge = 0;
  for (const std::span<const PlanePoint> corners : {obstacle.outline, obstacle.arm})
    for (std::size_t i = 0; i < corners.size(); ++i, ++edge) {
      const PlanePoint &begin = corners[i], &end = corners[(i + 1) % corners.size()];
      const double eu = end.u - begin.u, ev = end.v - begin.v, area = along.u * ev - along.v * eu;
      if (area == 0) continue;
      const double bu = begin.u - from.u, bv = begin.v - from.v, on_edge = (bu * along.v - bv * along.u) / area;
      if (on_edge >= 0 && on_edge <= 1) f((bu * ev - bv * eu) / area, edge);
    }
  if (!(obstacle.radius_m > 0)) return;
  const double along2 = along.u * along.u + along.v * along.v, half = from.u * along.u + from.v * along.v;
  const double root2 =
      half * half - along2 * (from.u * from.u + from.v * from.v - obstacle.radius_m * obstacle.radius_m);
  if (!(root2 > 0) || along2 == 0) return;
  f((-half - std::sqrt(root2)) / along2, edge);
  f((-half + std::sqrt(root2)) / along2, edge + 1);
}

/// What the sheet lets through. `cosine`: between the way and its normal.
FB_HD inline double passed(const FlatObstacle& obstacle, double cosine) {
  return obstacle.optical_thickness > 0 ? std::exp(-obstacle.optical_thickness / std::abs(cosine))
                                        : obstacle.transmission;
}

}  // namespace femtobragg::physics
