// Scattering from every point of a stretch of the beam, as a sum over few points.
//
// A pixel at P sees the point z along the beam at the distance R(z) = |P - z i|. Between the ends of the path the
// direction to the pixel turns from d1 to d2, both unit vectors. Points of the path are numbered by t, so that their
// direction is that of (1 - t) d1 + t d2: they lie at
//
//   z(t) = ((1 - t) z1 R2 + t z2 R1) / w,   w = (1 - t) R2 + t R1,   dz = (z2 - z1) R1 R2 / w^2 dt.
//
// The solid angle falls with R^2, which cancels w^2: what is left to integrate over t changes as slowly as the
// direction does, even where the path ends close to the pixel or points at it. Gauss-Legendre nodes in t then give
// many digits.
#pragma once

#include "femtobragg/base/device.h"
#include "femtobragg/base/lane.h"

namespace femtobragg::physics {

template <class T>
struct PathPoint {
  T place_m;  ///< along the beam
  T density;  ///< share of the path in a unit of t: dz/dt / (z2 - z1)
};

/// `from_m`, `to_m`: ends of the path, `distance_from_m`, `distance_to_m`: from there to the pixel.
template <class T>
FB_HD PathPoint<T> path_point(double from_m, double to_m, const T& distance_from_m, const T& distance_to_m, double t) {
  const T near_from = number<T>(1 - t) * distance_to_m, near_to = number<T>(t) * distance_from_m;
  const T per_w = number<T>(1) / (near_from + near_to);
  return {(number<T>(from_m) * near_from + number<T>(to_m) * near_to) * per_w,
          distance_from_m * distance_to_m * per_w * per_w};
}

}  // namespace femtobragg::physics
