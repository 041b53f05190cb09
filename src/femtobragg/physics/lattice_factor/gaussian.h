// Lattice factor of a crystal whose spots are Gaussian: no fringes between reflections.
#pragma once

#include <algorithm>
#include <cmath>

#include "femtobragg/physics/lattice_factor/shape_traits.h"

namespace femtobragg::physics {

struct Gaussian : ShapeTraits {
  static constexpr std::string_view name = "gaussian", adjective = "gaussian", help = "gaussian spots, no fringes";
  static constexpr std::array<std::string_view, 2> flags = {"gauss_xtal"};
  static constexpr double full_width = 0.935;
  static constexpr bool by_width = true;

  /// Of the exponent of L / N: that many squared spot widths bring it to 1/e.
  static constexpr double decay = 0.63;

  /// N exp(-fudge W / decay), W the squared distance from the lattice point in spot widths.
  template <class T>
  FB_HD static T lattice_factor(const Domain<T>& domain, const Vec3<T>& hkl, const Vec3<T>& hkl0) {
    using std::exp;
    return domain.total_cells * exp(-(squared_spot_distance(domain, hkl - hkl0) / T(decay)) * domain.fudge);
  }

  /// Distances in which spots are round: sqrt(D^T metric D).
  static Mat3<double> metric(const Domain<double>& domain) { return domain.width; }

  /// The distance beyond which (L / N)^2 stays below `level`.
  static double radius(const Domain<double>& domain, double level) {
    return std::sqrt(0.5 * decay * std::log(1.0 / level) / domain.fudge);
  }

  /// Whether floats can hold the form of spots that lean over, as widths in 1/angstrom of oblique cells do. Their
  /// squared distance is a difference of large numbers, and they must have ended half-way between lattice points: from
  /// one side they are not what they are from the other, and rounding would decide which of the two counts.
  static bool floats_hold(const Domain<double>& domain) {
    const Mat3<double>& width = domain.width;
    if (width.row_x.y == 0 && width.row_y.z == 0 && width.row_z.x == 0) return true;
    constexpr double dark = 1e-7, most_cancelled = 3;
    const Mat3<double> dual = inverse(width);
    const double reach = radius(domain, dark) * std::sqrt(std::max({dual.row_x.x, dual.row_y.y, dual.row_z.z}));
    const double cancelled =
        std::max({width.row_x.x * dual.row_x.x, width.row_y.y * dual.row_y.y, width.row_z.z * dual.row_z.z});
    return reach < 0.5 && cancelled < most_cancelled;
  }
  static double steepest_slope(const Domain<double>& domain) {
    const Mat3<double>& width = domain.width;
    return 1.7 * std::sqrt(domain.fudge * std::max({width.row_x.x, width.row_y.y, width.row_z.z}));
  }
  /// Slopes grow with the square root of how deep a tail is in exponents: at exp(-18) they are four times as steep as
  /// the steepest part of a spot, relative to what is there.
  static constexpr double least_brightness_in_floats = 1e-8;

  /// (L / N)^2 for packs, see domain.h.
  template <class T>
  struct Relative : AllAxes<T> {
    QuadraticForm<T> exponent;

    FB_HD explicit Relative(const Domain<double>& domain) : exponent(domain.width, -2.0 * domain.fudge / decay) {}

    FB_HD T value(const Vec3<T>& d) const {
      using std::exp;
      return exp(exponent(d));
    }

    template <bool with_cells>
    [[gnu::always_inline]] FB_HD Slope<T> slope(const Vec3<T>& d) const {
      const T height = value(d);
      return {height, height * exponent.gradient(d)};
    }
    [[gnu::always_inline]] FB_HD static Vec3<T> by_log_cells(const Slope<T>& slope, const Vec3<T>& d) {
      return by_log_cells_of_scaled(slope, d);
    }
  };
};

}  // namespace femtobragg::physics
