// Lattice factor that is all or nothing: spots with a sharp edge.
#pragma once

#include "femtobragg/physics/lattice_factor/domain.h"

namespace femtobragg::physics {

struct Tophat {
  /// N where fudge W < 0.63^2, else 0; W the squared distance from the lattice point in spot widths.
  template <class T>
  static T lattice_factor(const Domain<T>& domain, const Vec3<T>& hkl, const Vec3<T>& hkl0) {
    const bool inside = squared_spot_distance(domain, hkl - hkl0) * domain.fudge < T(0.3969);
    return inside ? domain.total_cells : T(0);
  }
};

}  // namespace femtobragg::physics
