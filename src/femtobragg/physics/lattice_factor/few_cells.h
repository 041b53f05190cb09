// The interference function of a block of few cells as a polynomial: no division, and one sine an axis.
#pragma once

#include <cstddef>

#include "femtobragg/physics/lattice_factor/domain.h"
#include "femtobragg/physics/sine.h"

namespace femtobragg::physics {

/// Largest number of cells along an axis for which rounding errors of the polynomial stay near those of one sine.
inline constexpr double few_cells = 8;

/// Coefficients c of P, with s = sin^2(pi h): sin(N pi h) / sin(pi h) = N P(s) for odd N and N cos(pi h) P(s) for
/// even N. From sin(n+2)x + sin(n-2)x = 2 cos(2x) sin(nx) and cos(2x) = 1 - 2 sin^2(x); for even N everything is
/// divided by 2 cos(x).
template <class T>
void interference_polynomial(int n, T (&c)[4]) {
  double before[4] = {n % 2 ? -1.0 : 0.0}, now[4] = {1.0};
  for (int m = n % 2 ? 1 : 2; m < n; m += 2) {
    double next[4] = {};
    for (std::size_t i = 0; i < 4; ++i) next[i] = 2 * now[i] - (i > 0 ? 4 * now[i - 1] : 0.0) - before[i];
    for (std::size_t i = 0; i < 4; ++i) {
      before[i] = now[i];
      now[i] = next[i];
    }
  }
  for (std::size_t i = 0; i < 4; ++i) c[i] = number<T>(now[i] * (n % 2 ? 1.0 : 2.0) / n);
}

/// (L / N)^2 of a parallelepiped with at most `few_cells` cells an axis; without `Even`, at most five and odd.
template <bool Even>
struct FewCells {
  /// Whether the lattice factor is the same from both lattice points half-way between them.
  static constexpr bool smooth_half_way = true;
  /// Whether spots end, without fringes from one to the next.
  static constexpr bool compact = false;

  template <class T>
  struct Relative {
    T c[3][4];
    T even[3];  ///< 1 for an even number of cells, else 0

    explicit Relative(const Domain<double>& domain) {
      const double cells[3] = {domain.cells.x, domain.cells.y, domain.cells.z};
      for (std::size_t axis = 0; axis < 3; ++axis) {
        interference_polynomial(static_cast<int>(cells[axis]), c[axis]);
        even[axis] = number<T>(static_cast<int>(cells[axis]) % 2 ? 0.0 : 1.0);
      }
    }

    T operator()(const Vec3<T>& d) const {
      const T sx = squared_sine(d.x), sy = squared_sine(d.y), sz = squared_sine(d.z);
      const T product = along_axis(0, sx) * along_axis(1, sy) * along_axis(2, sz);
      const T squared = product * product;
      if constexpr (!Even) return squared;
      return squared * (number<T>(1) - even[0] * sx) * (number<T>(1) - even[1] * sy) * (number<T>(1) - even[2] * sz);
    }

   private:
    static T squared_sine(const T& x) {
      const T s = sin_pi(x);
      return s * s;
    }
    T along_axis(std::size_t axis, const T& s) const {
      const T* k = c[axis];
      if constexpr (!Even) return k[0] + s * (k[1] + s * k[2]);
      return k[0] + s * (k[1] + s * (k[2] + s * k[3]));
    }
  };
};

}  // namespace femtobragg::physics
