// Structure factors between lattice points: four-point Lagrange interpolation in three directions.
#pragma once

#include <array>
#include <cmath>

#include "femtobragg/physics/structure_factor_lookup.h"

namespace femtobragg::physics {

/// Weights of the points -1, 0, 1, 2 at a position u in [0, 1).
template <class T>
std::array<T, 4> lagrange_weights(T u) {
  return {-u * (u - T(1)) * (u - T(2)) / T(6), (u + T(1)) * (u - T(1)) * (u - T(2)) / T(2),
          -(u + T(1)) * u * (u - T(2)) / T(2), (u + T(1)) * u * (u - T(1)) / T(6)};
}

/// Whether all 64 points that an interpolation needs lie in the table.
inline bool can_interpolate(const StructureFactorBox& box, const Vec3d& hkl) {
  const auto inside = [](double x, double min, double max) { return x - 2 >= min && x - min + 3 <= max - min + 1; };
  return box.values != nullptr && inside(hkl.x, box.h_min, box.h_max) && inside(hkl.y, box.k_min, box.k_max) &&
         inside(hkl.z, box.l_min, box.l_max);
}

/// Requires can_interpolate().
inline double tricubic_structure_factor(const StructureFactorBox& box, const Vec3d& hkl) {
  const Vec3d corner{std::floor(hkl.x), std::floor(hkl.y), std::floor(hkl.z)};
  const auto h = lagrange_weights(hkl.x - corner.x), k = lagrange_weights(hkl.y - corner.y),
             l = lagrange_weights(hkl.z - corner.z);
  double sum_h = 0;
  for (int i = 0; i < 4; ++i) {
    double sum_k = 0;
    for (int j = 0; j < 4; ++j) {
      double sum_l = 0;
      for (int m = 0; m < 4; ++m)
        sum_l += l[static_cast<std::size_t>(m)] * box.at(corner.x + (i - 1), corner.y + (j - 1), corner.z + (m - 1));
      sum_k += k[static_cast<std::size_t>(j)] * sum_l;
    }
    sum_h += h[static_cast<std::size_t>(i)] * sum_k;
  }
  return sum_h;
}

}  // namespace femtobragg::physics
