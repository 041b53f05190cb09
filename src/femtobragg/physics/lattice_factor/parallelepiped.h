// Lattice factor of a block of cells: the interference function of Laue.
#pragma once

#include <cmath>

#include "femtobragg/base/units.h"
#include "femtobragg/physics/lattice_factor/domain.h"

namespace femtobragg::physics {

struct Parallelepiped {
  /// sin(N pi h) / sin(pi h); N where the denominator is exactly zero at h = 0, 1 for a single cell.
  template <class T>
  static T along_axis(T h, T n) {
    using std::sin;
    if (!(n > T(1))) return T(1);
    const T x = T(pi) * h;
    return x == T(0) ? n : sin(n * x) / sin(x);
  }

  template <class T>
  static T lattice_factor(const Domain<T>& domain, const Vec3<T>& hkl, const Vec3<T>&) {
    return along_axis(hkl.x, domain.cells.x) * along_axis(hkl.y, domain.cells.y) * along_axis(hkl.z, domain.cells.z);
  }
};

}  // namespace femtobragg::physics
