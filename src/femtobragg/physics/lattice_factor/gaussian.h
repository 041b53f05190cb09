// Lattice factor of a crystal whose spots are Gaussian: no fringes between reflections.
#pragma once

#include <cmath>

#include "femtobragg/physics/lattice_factor/domain.h"

namespace femtobragg::physics {

struct Gaussian {
  /// N exp(-fudge W / 0.63), W the squared distance from the lattice point in spot widths.
  template <class T>
  static T lattice_factor(const Domain<T>& domain, const Vec3<T>& hkl, const Vec3<T>& hkl0) {
    using std::exp;
    return domain.total_cells * exp(-(squared_spot_distance(domain, hkl - hkl0) / T(0.63)) * domain.fudge);
  }
};

}  // namespace femtobragg::physics
