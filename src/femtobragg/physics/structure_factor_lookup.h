// The structure factor of the reciprocal lattice point nearest to a scattering vector.
#pragma once

#include <cmath>
#include <cstddef>

#include "femtobragg/base/vec3.h"

namespace femtobragg::physics {

/// A table of amplitudes on a box of Miller indices, l innermost.
struct StructureFactorBox {
  const double* values = nullptr;  ///< null: no table
  double h_min = 0, h_max = -1, k_min = 0, k_max = -1, l_min = 0, l_max = -1;
  double outside = 0;  ///< amplitude outside the table

  FB_HD std::size_t index(double h, double k, double l) const {
    const auto n_k = static_cast<std::size_t>(k_max - k_min) + 1, n_l = static_cast<std::size_t>(l_max - l_min) + 1;
    return (static_cast<std::size_t>(h - h_min) * n_k + static_cast<std::size_t>(k - k_min)) * n_l +
           static_cast<std::size_t>(l - l_min);
  }
  FB_HD double at(double h, double k, double l) const { return values[index(h, k, l)]; }
  friend bool operator==(const StructureFactorBox&, const StructureFactorBox&) = default;

  FB_HD bool contains(const Vec3d& hkl0) const {
    return hkl0.x >= h_min && hkl0.x <= h_max && hkl0.y >= k_min && hkl0.y <= k_max && hkl0.z >= l_min &&
           hkl0.z <= l_max;
  }
};

/// The nearest integers; half-way values go down.
template <class T>
FB_HD Vec3<T> nearest_hkl(const Vec3<T>& hkl) {
  using std::ceil;
  return {ceil(hkl.x - T(0.5)), ceil(hkl.y - T(0.5)), ceil(hkl.z - T(0.5))};
}

FB_HD inline double nearest_structure_factor(const StructureFactorBox& box, const Vec3d& hkl0) {
  return box.contains(hkl0) ? box.at(hkl0.x, hkl0.y, hkl0.z) : box.outside;
}

}  // namespace femtobragg::physics
