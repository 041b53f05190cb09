// Lattice factor of a block of cells: the interference function of Laue.
#pragma once

#include <algorithm>
#include <cmath>

#include "femtobragg/base/type_list.h"
#include "femtobragg/base/units.h"
#include "femtobragg/physics/lattice_factor/few_cells.h"
#include "femtobragg/physics/lattice_factor/shape_traits.h"
#include "femtobragg/physics/sine.h"

namespace femtobragg::physics {

/// Largest number of cells for which a distance in two parts keeps its phase in floats.
inline constexpr double most_cells_in_floats = 512;

struct Parallelepiped : ShapeTraits {
  static constexpr std::string_view name = "parallelepiped", adjective = "parallelepiped",
                                    help = "parallelepiped crystal: spots with fringes";
  static constexpr std::array<std::string_view, 2> flags = {"square_xtal"};
  static constexpr double full_width = 0.886;
  static constexpr bool smooth_half_way = true, compact = false, by_axes = true, has_fudge = false;

  using Lanes = TypeList<FewCells<false>, FewCells<true>, Parallelepiped>;
  static bool serves(const Domain<double>&) { return true; }
  /// A distance in two parts is multiplied by the number of cells.
  static bool floats_hold(const Domain<double>& domain) {
    return whole_cells(domain) && most_cells(domain) <= most_cells_in_floats;
  }
  static double steepest_slope(const Domain<double>& domain) { return 2 * pi * most_cells(domain); }
  static constexpr double multiply_adds(double sine) { return 3 * (2 + 1 + 2 * sine + 1) + 8; }

  /// sin(N pi h) / sin(pi h); N where the denominator is exactly zero at h = 0, 1 for a single cell.
  template <class T>
  FB_HD static T along_axis(T h, T n) {
    using std::sin;
    if (!(n > T(1))) return T(1);
    const T x = T(pi) * h;
    return x == T(0) ? n : sin(n * x) / sin(x);
  }

  /// The same next to the lattice point h0, d away from it, for whole n: sin(n pi h) = +-sin(n pi d). Of h itself too
  /// few digits are left there: at d = 1e-6 errors of pi h are 1e-9 of pi d.
  template <class T>
  FB_HD static T along_axis_at_node(T d, T h0, T n) {
    const T size = along_axis(d, n);
    return std::fmod((n - T(1)) * h0, T(2)) == T(0) ? size : -size;
  }

  /// The factors of the three axes. Whole numbers of cells make them periodic, but for the sign. For other numbers they
  /// follow the distance to the nearest lattice point: so they change smoothly with the number, far from h = 0, too.
  template <class T>
  FB_HD static Vec3<T> axis_factors(const Domain<T>& domain, const Vec3<T>& hkl, const Vec3<T>& hkl0) {
    const auto along = [&](T h, T h0, T n) {
      const T d = h - h0;
      if (n != std::floor(n)) return along_axis(d, n);
      const bool at_node = !domain.bare_at_nodes && h0 != T(0) && std::abs(d) < T(1e-6);
      return at_node ? along_axis_at_node(d, h0, n) : along_axis(h, n);
    };
    return {along(hkl.x, hkl0.x, domain.cells.x), along(hkl.y, hkl0.y, domain.cells.y),
            along(hkl.z, hkl0.z, domain.cells.z)};
  }
  template <class T>
  FB_HD static T lattice_factor(const Domain<T>& domain, const Vec3<T>& hkl, const Vec3<T>& hkl0) {
    const Vec3<T> factors = axis_factors(domain, hkl, hkl0);
    return factors.x * factors.y * factors.z;
  }

  /// (L / N)^2 for packs, see domain.h: one division serves all three axes.
  template <class T>
  struct Relative {
    using Lane = typename LaneOf<T>::type;
    Lane cells[3], total_cells;

    FB_HD explicit Relative(const Domain<double>& domain)
        : cells{static_cast<Lane>(domain.cells.x), static_cast<Lane>(domain.cells.y),
                static_cast<Lane>(domain.cells.z)},
          total_cells(static_cast<Lane>(domain.total_cells)) {}

    struct Ratio {
      T numerator, denominator;
    };
    FB_HD Ratio start() const { return {T(Lane(1)), T(total_cells)}; }

    [[gnu::always_inline]] FB_HD void add(Ratio& ratio, std::size_t axis, const T& distance) const {
      using std::nearbyint;
      const T turns = T(cells[axis]) * distance;
      multiply(ratio, axis, distance, turns - nearbyint(turns));
    }

    /// The distance is high + low, high a multiple of 2^-20: then its product with the number of cells keeps its phase,
    /// which decides how bright a fringe is.
    [[gnu::always_inline]] FB_HD void add(Ratio& ratio, std::size_t axis, const T& high, const T& low) const {
      const T n(cells[axis]);
      // The product of n and `coarse` is exact: both have few digits.
      const T coarse = nearbyint(high * number<T>(1024)) * number<T>(1. / 1024), turns = n * coarse;
      const T phase = (turns - nearbyint(turns)) + n * ((high - coarse) + low);
      multiply(ratio, axis, high + low, phase - nearbyint(phase));
    }

    [[gnu::always_inline]] FB_HD static T value(const Ratio& ratio) {
      const T quotient = ratio.numerator / ratio.denominator;
      return quotient * quotient;
    }

    template <bool with_cells>
    [[gnu::always_inline]] FB_HD Slope<T> slope(const Vec3<T>& d) const {
      const Along x = along(d.x, cells[0]), y = along(d.y, cells[1]), z = along(d.z, cells[2]);
      return {x.value * y.value * z.value,
              {x.slope * y.value * z.value, x.value * y.slope * z.value, x.value * y.value * z.slope}};
    }
    [[gnu::always_inline]] FB_HD static Vec3<T> by_log_cells(const Slope<T>& slope, const Vec3<T>& d) {
      return by_log_cells_of_block(slope, d);
    }

   private:
    /// r^2 of one axis, r = sin(n pi d) / (n sin(pi d)), and its derivative.
    struct Along {
      T value, slope;
    };
    [[gnu::always_inline]] FB_HD static Along along(const T& distance, Lane cells) {
      using std::abs;
      using std::nearbyint;
      const T n(cells), tiny = number<T>(1e-10);
      // Both functions are even or odd about the lattice point: keep away from 0 / 0 there.
      const T x = select(abs(distance) < tiny, tiny, distance), turns = n * x;
      const T phase = turns - nearbyint(turns);
      const T sine = sin_pi(x), cosine = cos_pi_of_square(x * x);
      // Sine and cosine of n pi d, both with the sign that leaving out whole turns gives: it goes away in products.
      const T many_sine = sin_pi(phase), many_cosine = cos_pi_of_square(phase * phase);
      const T per_sine = number<T>(1) / sine, r = many_sine / n * per_sine;
      const T closed = (many_cosine - r * cosine) * per_sine;
      // Close to the lattice point the difference loses its digits. r'/r = pi (n cot(n pi d) - cot(pi d)).
      const T angle = number<T>(pi) * x, wide = n * angle;
      const T series = r * angle * (cotangent_series(angle * angle) - n * n * cotangent_series(wide * wide));
      const T slope = select(abs(wide) < number<T>(0.5), series, closed);
      return {r * r, number<T>(2 * pi) * r * slope};
    }
    /// (1 / y - cot(y)) / y from u = y^2 < 1/4: Abramowitz and Stegun 4.3.70.
    [[gnu::always_inline]] FB_HD static T cotangent_series(const T& u) {
      const T high = number<T>(1382. / 638512875) +
                     u * (number<T>(4. / 18243225) +
                          u * (number<T>(3617. / 162820783125) +
                               u * (number<T>(87734. / 38979295480125) + u * number<T>(349222. / 1531329465290625))));
      return number<T>(1. / 3) +
             u * (number<T>(1. / 45) +
                  u * (number<T>(2. / 945) + u * (number<T>(1. / 4725) + u * (number<T>(2. / 93555) + u * high))));
    }

    /// `phase`: n times the distance, less a whole number. Next to the lattice point both sines must see the same
    /// distance.
    [[gnu::always_inline]] FB_HD void multiply(Ratio& ratio, std::size_t axis, const T& distance,
                                               const T& phase) const {
      using std::abs;
      using std::max;
      // Far below one fringe, far above underflow: keeps 0 / 0 away from the lattice point itself.
      const T x = max(abs(distance), number<T>(1e-10)), turns = T(cells[axis]) * x;
      ratio.numerator = ratio.numerator * sin_pi(select(turns < number<T>(0.25), turns, phase));
      ratio.denominator = ratio.denominator * sin_pi(x);
    }
  };
};

}  // namespace femtobragg::physics
