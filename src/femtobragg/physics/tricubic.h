// Structure factors between lattice points: four-point Lagrange interpolation in three directions.
#pragma once

#include <array>
#include <cmath>

#include "femtobragg/physics/structure_factor_lookup.h"

namespace femtobragg::physics {

/// Weights of the points -1, 0, 1, 2 at a position u in [0, 1).
template <class T>
FB_HD std::array<T, 4> lagrange_weights(T u) {
  return {-u * (u - T(1)) * (u - T(2)) / T(6), (u + T(1)) * (u - T(1)) * (u - T(2)) / T(2),
          -(u + T(1)) * u * (u - T(2)) / T(2), (u + T(1)) * u * (u - T(1)) / T(6)};
}

/// Their derivatives with respect to u.
template <class T>
FB_HD std::array<T, 4> lagrange_slopes(T u) {
  const T square = T(3) * u * u;
  return {-(square - T(6) * u + T(2)) / T(6), (square - T(4) * u - T(1)) / T(2), -(square - T(2) * u - T(2)) / T(2),
          (square - T(1)) / T(6)};
}

/// Whether all 64 points that an interpolation needs lie in the table.
FB_HD inline bool can_interpolate(const StructureFactorBox& box, const Vec3d& hkl) {
  const auto inside = [](double x, double min, double max) { return x - 2 >= min && x - min + 3 <= max - min + 1; };
  return box.values != nullptr && inside(hkl.x, box.h_min, box.h_max) && inside(hkl.y, box.k_min, box.k_max) &&
         inside(hkl.z, box.l_min, box.l_max);
}

/// Sums the table around the cell of `corner` with weights along h, k and l.
FB_HD inline double weighted_sum(const StructureFactorBox& box, const Vec3d& corner, const std::array<double, 4>& h,
                                 const std::array<double, 4>& k, const std::array<double, 4>& l) {
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

/// Calls f(entry, weight) for each of the 64 points of an interpolation. Requires can_interpolate().
template <class F>
FB_HD void for_each_interpolation_point(const StructureFactorBox& box, const Vec3d& hkl, F&& f) {
  const Vec3d corner{std::floor(hkl.x), std::floor(hkl.y), std::floor(hkl.z)}, at = hkl - corner;
  const auto h = lagrange_weights(at.x), k = lagrange_weights(at.y), l = lagrange_weights(at.z);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j)
      for (std::size_t m = 0; m < 4; ++m)
        f(box.index(corner.x + static_cast<double>(i) - 1, corner.y + static_cast<double>(j) - 1,
                    corner.z + static_cast<double>(m) - 1),
          h[i] * k[j] * l[m]);
}

/// Requires can_interpolate().
FB_HD inline double tricubic_structure_factor(const StructureFactorBox& box, const Vec3d& hkl) {
  const Vec3d corner{std::floor(hkl.x), std::floor(hkl.y), std::floor(hkl.z)};
  return weighted_sum(box, corner, lagrange_weights(hkl.x - corner.x), lagrange_weights(hkl.y - corner.y),
                      lagrange_weights(hkl.z - corner.z));
}

/// An amplitude and its derivatives with respect to the Miller indices.
struct AmplitudeSlope {
  double amplitude = 0;
  Vec3d by_hkl{};
};

/// Requires can_interpolate().
FB_HD inline AmplitudeSlope tricubic_structure_factor_slope(const StructureFactorBox& box, const Vec3d& hkl) {
  const Vec3d corner{std::floor(hkl.x), std::floor(hkl.y), std::floor(hkl.z)}, at = hkl - corner;
  const auto h = lagrange_weights(at.x), k = lagrange_weights(at.y), l = lagrange_weights(at.z);
  return {
      weighted_sum(box, corner, h, k, l),
      {weighted_sum(box, corner, lagrange_slopes(at.x), k, l), weighted_sum(box, corner, h, lagrange_slopes(at.y), l),
       weighted_sum(box, corner, h, k, lagrange_slopes(at.z))}};
}

}  // namespace femtobragg::physics
