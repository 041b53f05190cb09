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

/// The domain for another number type.
template <class T>
Domain<T> domain_of(const Domain<double>& d) {
  return {vec3_of<T>(d.cells),
          number<T>(d.total_cells),
          number<T>(d.fudge),
          {vec3_of<T>(d.width.row_x), vec3_of<T>(d.width.row_y), vec3_of<T>(d.width.row_z)}};
}

/// scale x D^T W D for a symmetric W, in six products of components.
template <class T>
struct QuadraticForm {
  T xx, yy, zz, xy, yz, zx;

  QuadraticForm(const Mat3<double>& w, double scale)
      : xx(number<T>(scale * w.row_x.x)),
        yy(number<T>(scale * w.row_y.y)),
        zz(number<T>(scale * w.row_z.z)),
        xy(number<T>(scale * (w.row_x.y + w.row_y.x))),
        yz(number<T>(scale * (w.row_y.z + w.row_z.y))),
        zx(number<T>(scale * (w.row_z.x + w.row_x.z))) {}

  T operator()(const Vec3<T>& d) const {
    return d.x * (xx * d.x + xy * d.y) + d.y * (yy * d.y + yz * d.z) + d.z * (zz * d.z + zx * d.x);
  }
};

/// D^T W D.
template <class T>
T squared_spot_distance(const Domain<T>& domain, const Vec3<T>& d) {
  return dot(d, domain.width * d);
}

}  // namespace femtobragg::physics
