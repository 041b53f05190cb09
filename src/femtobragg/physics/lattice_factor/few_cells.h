// The interference function of a block of few cells as a polynomial: no division, and one sine an axis.
#pragma once

#include <cmath>
#include <cstddef>

#include "femtobragg/physics/lattice_factor/shape_traits.h"
#include "femtobragg/physics/sine.h"

namespace femtobragg::physics {

/// Largest number of cells along an axis for which rounding errors of the polynomial stay near those of one sine.
inline constexpr double few_cells = 8;

/// Coefficients c of P, with s = sin^2(pi h): sin(N pi h) / sin(pi h) = N P(s) for odd N and N cos(pi h) P(s) for
/// even N. From sin(n+2)x + sin(n-2)x = 2 cos(2x) sin(nx) and cos(2x) = 1 - 2 sin^2(x); for even N everything is
/// divided by 2 cos(x).
/// T: as for `Relative`, so that the code carries the name of the instruction set.
template <class T>
FB_HD void interference_polynomial(int n, typename LaneOf<T>::type (&c)[4]) {
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
struct FewCells : ShapeTraits {
  static constexpr std::string_view name = Even ? "few cells" : "odd numbers of few cells";
  static constexpr bool smooth_half_way = true, compact = false;
  static constexpr double least_brightness_in_floats = 1e-2;

  static bool serves(const Domain<double>& domain) {
    const Vec3<double>& n = domain.cells;
    const auto odd = [](double x) { return std::fmod(x, 2.0) == 1.0; };
    if (!whole_cells(domain) || most_cells(domain) > few_cells) return false;
    return Even || (most_cells(domain) <= 5 && odd(n.x) && odd(n.y) && odd(n.z));
  }
  static constexpr double multiply_adds(double sine) { return Even ? 0 : 3 * (2 + sine + 1 + 2) + 4; }

  template <class T>
  struct Relative {
    using Lane = typename LaneOf<T>::type;
    Lane c[3][4];
    Lane even[3];                       ///< 1 for an even number of cells, else 0
    Lane c_slope[3][3], even_slope[3];  ///< of the derivatives: times 4 pi and 2 pi

    FB_HD explicit Relative(const Domain<double>& domain) {
      const double cells[3] = {domain.cells.x, domain.cells.y, domain.cells.z};
      for (std::size_t axis = 0; axis < 3; ++axis) {
        interference_polynomial<T>(static_cast<int>(cells[axis]), c[axis]);
        even[axis] = static_cast<int>(cells[axis]) % 2 ? Lane(0) : Lane(1);
        for (std::size_t i = 0; i < 3; ++i)
          c_slope[axis][i] = static_cast<Lane>(4 * pi * static_cast<double>(i + 1)) * c[axis][i + 1];
        even_slope[axis] = static_cast<Lane>(2 * pi) * even[axis];
      }
    }

    /// Products over the axes: of the polynomials, and of the squared cosines that even numbers of cells leave.
    struct Products {
      T polynomials, squared_cosines;
    };
    FB_HD static Products start() { return {number<T>(1), number<T>(1)}; }

    [[gnu::always_inline]] FB_HD void add(Products& products, std::size_t axis, const T& distance) const {
      const T sine = sin_pi(distance), s = sine * sine;
      products.polynomials = products.polynomials * polynomial(c[axis], s);
      if constexpr (Even) products.squared_cosines = products.squared_cosines * (T(Lane(1)) - T(even[axis]) * s);
    }

    [[gnu::always_inline]] FB_HD static T value(const Products& products) {
      const T squared = products.polynomials * products.polynomials;
      return Even ? squared * products.squared_cosines : squared;
    }

    template <bool with_cells>
    [[gnu::always_inline]] FB_HD Slope<T> slope(const Vec3<T>& d) const {
      const Along x = along<with_cells>(0, d.x), y = along<with_cells>(1, d.y), z = along<with_cells>(2, d.z);
      const T xy = x.value * y.value, yz = y.value * z.value, zx = z.value * x.value, product = xy * z.value;
      if constexpr (Even) return {product, {x.slope * yz, y.slope * zx, z.slope * xy}};
      return {product * product, {x.slope * (product * yz), y.slope * (product * zx), z.slope * (product * xy)}};
    }
    [[gnu::always_inline]] FB_HD static Vec3<T> by_log_cells(const Slope<T>& slope, const Vec3<T>& d) {
      return by_log_cells_of_block(slope, d);
    }

   private:
    /// The factor of an axis, and its derivative; without `Even` the factor's square root, and twice its derivative.
    struct Along {
      T value, slope;
    };
    /// ds/dd = 2 pi sin(pi d) cos(pi d); the constants are in `c_slope`. Where by_log_cells() follows, which needs the
    /// cotangent in float lanes, the cosine is made from that.
    template <bool with_cells>
    [[gnu::always_inline]] FB_HD Along along(std::size_t axis, const T& distance) const {
      const T u = distance * distance, sine_over_d = sin_pi_over_x(u), sine = distance * sine_over_d, s = sine * sine;
      constexpr bool has_cotangent = with_cells && std::is_same_v<Lane, float>;
      const T cosine = has_cotangent ? pi_x_cot_pi_x(distance) * (T(Lane(1 / pi)) * sine_over_d) : cos_pi_of_square(u);
      const T per_s = sine * cosine;
      const T p = polynomial(c[axis], s), p_slope = polynomial_slope(c_slope[axis], s);
      if constexpr (!Even) return {p, p_slope * per_s};
      const T squared_cosine = T(Lane(1)) - T(even[axis]) * s;
      return {p * p * squared_cosine, p * (p_slope * squared_cosine - p * T(even_slope[axis])) * per_s};
    }

    [[gnu::always_inline]] FB_HD static T polynomial_slope(const Lane (&k)[3], const T& s) {
      if constexpr (!Even) return T(k[0]) + s * T(k[1]);
      return T(k[0]) + s * (T(k[1]) + s * T(k[2]));
    }

    [[gnu::always_inline]] FB_HD static T polynomial(const Lane (&k)[4], const T& s) {
      if constexpr (!Even) return T(k[0]) + s * (T(k[1]) + s * T(k[2]));
      return T(k[0]) + s * (T(k[1]) + s * (T(k[2]) + s * T(k[3])));
    }
  };
};

}  // namespace femtobragg::physics
