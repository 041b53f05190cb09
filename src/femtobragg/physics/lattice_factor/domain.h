// What every lattice factor needs to know of a mosaic domain.
#pragma once

#include "femtobragg/base/mat3.h"
#include "femtobragg/base/vec3.h"

namespace femtobragg::physics {

/// A finite block of unit cells.
template <class T>
struct Domain {
  Vec3<T> cells;  ///< N along a, b, c; whole numbers >= 1
  T total_cells;  ///< their product
  T fudge;        ///< multiplies the squared distance from a spot of rounded shapes
  Mat3<T> width;  ///< quadratic form of D = hkl - nearest hkl: the squared distance in spot widths
};

/// D^T W D.
template <class T>
T squared_spot_distance(const Domain<T>& domain, const Vec3<T>& d) {
  return dot(d, domain.width * d);
}

}  // namespace femtobragg::physics
