// What every lattice factor needs to know of a mosaic domain.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "femtobragg/base/mat3.h"
#include "femtobragg/base/vec3.h"
#include "femtobragg/physics/sine.h"

namespace femtobragg::physics {

/// A finite block of unit cells.
template <class T>
struct Domain {
  Vec3<T> cells;               ///< N along a, b, c; whole numbers >= 1
  T total_cells;               ///< their product
  T fudge;                     ///< multiplies the squared distance from a spot of rounded shapes
  Mat3<T> width;               ///< quadratic form of D = hkl - nearest hkl: the squared distance in spot widths
  bool bare_at_nodes = false;  ///< closed forms next to lattice points too, where they lose their digits
};

/// The domain for another number type.
template <class T>
FB_HD Domain<T> domain_of(const Domain<double>& d) {
  return {vec3_of<T>(d.cells),
          number<T>(d.total_cells),
          number<T>(d.fudge),
          {vec3_of<T>(d.width.row_x), vec3_of<T>(d.width.row_y), vec3_of<T>(d.width.row_z)}};
}

inline double most_cells(const Domain<double>& domain) {
  return std::max({domain.cells.x, domain.cells.y, domain.cells.z});
}

/// Whether there are whole numbers of cells: then lattice factors of blocks are the same from both lattice points
/// half-way between them, as fringes are.
inline bool whole_cells(const Domain<double>& domain) {
  const Vec3<double>& n = domain.cells;
  return n.x == std::floor(n.x) && n.y == std::floor(n.y) && n.z == std::floor(n.z);
}

/// scale x D^T W D for a symmetric W, in six products of components.
template <class T>
struct QuadraticForm {
  using Lane = typename LaneOf<T>::type;
  Lane xx, yy, zz, xy, yz, zx;

  FB_HD QuadraticForm(const Mat3<double>& w, double scale)
      : xx(static_cast<Lane>(scale * w.row_x.x)),
        yy(static_cast<Lane>(scale * w.row_y.y)),
        zz(static_cast<Lane>(scale * w.row_z.z)),
        xy(static_cast<Lane>(scale * (w.row_x.y + w.row_y.x))),
        yz(static_cast<Lane>(scale * (w.row_y.z + w.row_z.y))),
        zx(static_cast<Lane>(scale * (w.row_z.x + w.row_x.z))) {}

  FB_HD T operator()(const Vec3<T>& d) const {
    return d.x * (T(xx) * d.x + T(xy) * d.y) + d.y * (T(yy) * d.y + T(yz) * d.z) + d.z * (T(zz) * d.z + T(zx) * d.x);
  }

  FB_HD Vec3<T> gradient(const Vec3<T>& d) const {
    const T two = number<T>(2);
    return {two * T(xx) * d.x + T(xy) * d.y + T(zx) * d.z, two * T(yy) * d.y + T(xy) * d.x + T(yz) * d.z,
            two * T(zz) * d.z + T(yz) * d.y + T(zx) * d.x};
  }
};

/// D^T W D.
template <class T>
FB_HD T squared_spot_distance(const Domain<T>& domain, const Vec3<T>& d) {
  return dot(d, domain.width * d);
}

// Evaluators for packs, `Shape::Relative`, take the distance to the nearest lattice point axis by axis, so that few
// numbers are alive at a time: start(), add(partial, axis, distance), and value(partial) = (L / N)^2. For derivatives
// there are slope(distances) and by_log_cells(slope, distances), for packs and plain numbers.

/// (L / N)^2 and its derivatives with respect to the three distances.
template <class T>
struct Slope {
  T value;
  Vec3<T> by_distance;
};

/// Derivatives of L^2 with respect to the logarithms of the numbers of cells, over N^2, of a shape whose form depends
/// on the products of cells and distances d only, and whose height is N.
template <class T>
[[gnu::always_inline]] FB_HD inline Vec3<T> by_log_cells_of_scaled(const Slope<T>& slope, const Vec3<T>& d) {
  const T twice = slope.value + slope.value;
  return {twice + slope.by_distance.x * d.x, twice + slope.by_distance.y * d.y, twice + slope.by_distance.z * d.z};
}

/// The same for a block of cells: r = sin(N pi d) / (N sin(pi d)) has N dr/dN = d dr/dd + r (pi d cot(pi d) - 1).
template <class T>
[[gnu::always_inline]] FB_HD inline Vec3<T> by_log_cells_of_block(const Slope<T>& slope, const Vec3<T>& d) {
  const T twice = slope.value + slope.value;
  return {twice * pi_x_cot_pi_x(d.x) + slope.by_distance.x * d.x,
          twice * pi_x_cot_pi_x(d.y) + slope.by_distance.y * d.y,
          twice * pi_x_cot_pi_x(d.z) + slope.by_distance.z * d.z};
}

/// For formulas that need all three distances at once.
template <class T>
struct AllAxes {
  FB_HD static Vec3<T> start() { return {}; }
  FB_HD static void add(Vec3<T>& d, std::size_t axis, const T& distance) {
    (axis == 0 ? d.x : axis == 1 ? d.y : d.z) = distance;
  }
};

template <class Relative, class T>
FB_HD T relative_at(const Relative& relative, const Vec3<T>& d) {
  auto partial = relative.start();
  relative.add(partial, 0, d.x);
  relative.add(partial, 1, d.y);
  relative.add(partial, 2, d.z);
  return relative.value(partial);
}

}  // namespace femtobragg::physics
