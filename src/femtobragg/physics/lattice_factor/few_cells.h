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
/// T: as for `Relative`, so that the code carries the name of the instruction set.
template <class T>
void interference_polynomial(int n, typename LaneOf<T>::type (&c)[4]) {
  double before[4] = {n % 2 ? -1.0 : 0.0}, now[4] = {1.0};
  for (int m = n % 2 ? 1 : 2; m < n; m += 2) {
    double next[4] = {};
    for (std::size_t i = 0; i < 4; ++i) next[i] = 2 * now[i] - (i > 0 ? 4 * now[i - 1] : 0.0) - before[i];
    for (std::size_t i = 0; i < 4; ++i) {
      before[i] = now[i];
      now[i] = next[i];
    }
  }
  for (std::size_t i = 0; i < 4; ++i) c[i] = static_cast<typename LaneOf<T>::type>(now[i] * (n % 2 ? 1.0 : 2.0) / n);
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
    using Lane = typename LaneOf<T>::type;
    Lane c[3][4];
    Lane even[3];  ///< 1 for an even number of cells, else 0

    explicit Relative(const Domain<double>& domain) {
      const double cells[3] = {domain.cells.x, domain.cells.y, domain.cells.z};
      for (std::size_t axis = 0; axis < 3; ++axis) {
        interference_polynomial<T>(static_cast<int>(cells[axis]), c[axis]);
        even[axis] = static_cast<int>(cells[axis]) % 2 ? Lane(0) : Lane(1);
      }
    }

    /// Products over the axes: of the polynomials, and of the squared cosines that even numbers of cells leave.
    struct Products {
      T polynomials, squared_cosines;
    };
    static Products start() { return {number<T>(1), number<T>(1)}; }

    [[gnu::always_inline]] void add(Products& products, std::size_t axis, const T& distance) const {
      const T sine = sin_pi(distance), s = sine * sine;
      products.polynomials = products.polynomials * polynomial(c[axis], s);
      if constexpr (Even) products.squared_cosines = products.squared_cosines * (T(Lane(1)) - T(even[axis]) * s);
    }

    [[gnu::always_inline]] static T value(const Products& products) {
      const T squared = products.polynomials * products.polynomials;
      return Even ? squared * products.squared_cosines : squared;
    }

    [[gnu::always_inline]] Slope<T> slope(const Vec3<T>& d) const {
      const Along x = along(0, d.x), y = along(1, d.y), z = along(2, d.z);
      const T xy = x.value * y.value, yz = y.value * z.value, zx = z.value * x.value;
      if constexpr (Even) return {xy * z.value, {x.slope * yz, y.slope * zx, z.slope * xy}};
      const T root = xy * z.value, twice = root + root;
      return {root * root, {twice * (x.slope * yz), twice * (y.slope * zx), twice * (z.slope * xy)}};
    }

   private:
    /// The factor of an axis, and its derivative; without `Even` the factor's square root.
    struct Along {
      T value, slope;
    };
    [[gnu::always_inline]] Along along(std::size_t axis, const T& distance) const {
      using std::abs;
      const T sine = sin_pi(distance), s = sine * sine;
      const T s_slope = number<T>(2 * pi) * sine * sin_pi(number<T>(0.5) - abs(distance));
      const T p = polynomial(c[axis], s), p_slope = polynomial_slope(c[axis], s) * s_slope;
      if constexpr (!Even) return {p, p_slope};
      const T squared_cosine = T(Lane(1)) - T(even[axis]) * s;
      return {p * p * squared_cosine, p * (number<T>(2) * p_slope * squared_cosine - p * T(even[axis]) * s_slope)};
    }

    [[gnu::always_inline]] static T polynomial_slope(const Lane (&k)[4], const T& s) {
      if constexpr (!Even) return T(k[1]) + s * (T(k[2]) + T(k[2]));
      return T(k[1]) + s * (T(Lane(2)) * T(k[2]) + s * (T(Lane(3)) * T(k[3])));
    }

    [[gnu::always_inline]] static T polynomial(const Lane (&k)[4], const T& s) {
      if constexpr (!Even) return T(k[0]) + s * (T(k[1]) + s * T(k[2]));
      return T(k[0]) + s * (T(k[1]) + s * (T(k[2]) + s * T(k[3])));
    }
  };
};

}  // namespace femtobragg::physics
