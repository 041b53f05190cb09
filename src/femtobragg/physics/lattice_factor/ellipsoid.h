// Lattice factor of a crystal with the form of an ellipsoid.
#pragma once

#include <cmath>

#include "femtobragg/base/units.h"
#include "femtobragg/physics/lattice_factor/domain.h"

namespace femtobragg::physics {

struct Ellipsoid {
  /// Fourier transform of a solid sphere, one at the origin: 3 (sin x / x - cos x) / x^2.
  template <class T>
  static T sphere_transform(T x) {
    using std::cos;
    using std::sin;
    return x == T(0) ? T(1) : T(3) * (sin(x) / x - cos(x)) / (x * x);
  }

  /// N sqrt(pi/6) g(pi sqrt(fudge H)), H = sum (D N)^2; the height keeps the integrated intensity of a block.
  template <class T>
  static T lattice_factor(const Domain<T>& domain, const Vec3<T>& hkl, const Vec3<T>& hkl0) {
    using std::sqrt;
    constexpr double height = 0.723601254558268;
    const Vec3<T> d = hkl - hkl0;
    const T x = d.x * domain.cells.x, y = d.y * domain.cells.y, z = d.z * domain.cells.z;
    return domain.total_cells * T(height) * sphere_transform(T(pi) * sqrt((x * x + y * y + z * z) * domain.fudge));
  }
};

}  // namespace femtobragg::physics
