// Lattice factor of a crystal whose spots are Gaussian: no fringes between reflections.
#pragma once

#include <cmath>

#include "femtobragg/physics/lattice_factor/domain.h"

namespace femtobragg::physics {

struct Gaussian {
  /// Whether the lattice factor is the same from both lattice points half-way between them.
  static constexpr bool smooth_half_way = false;
  /// Whether spots end, without fringes from one to the next.
  static constexpr bool compact = true;

  /// N exp(-fudge W / 0.63), W the squared distance from the lattice point in spot widths.
  template <class T>
  static T lattice_factor(const Domain<T>& domain, const Vec3<T>& hkl, const Vec3<T>& hkl0) {
    using std::exp;
    return domain.total_cells * exp(-(squared_spot_distance(domain, hkl - hkl0) / T(0.63)) * domain.fudge);
  }

  /// Distances in which spots are round: sqrt(D^T metric D).
  static Mat3<double> metric(const Domain<double>& domain) { return domain.width; }

  /// The distance beyond which (L / N)^2 stays below `level`.
  static double radius(const Domain<double>& domain, double level) {
    return std::sqrt(0.5 * 0.63 * std::log(1.0 / level) / domain.fudge);
  }

  /// (L / N)^2 for packs, see domain.h.
  template <class T>
  struct Relative : AllAxes<T> {
    QuadraticForm<T> exponent;

    explicit Relative(const Domain<double>& domain) : exponent(domain.width, -2.0 * domain.fudge / 0.63) {}

    T value(const Vec3<T>& d) const {
      using std::exp;
      return exp(exponent(d));
    }

    template <bool with_cells>
    [[gnu::always_inline]] Slope<T> slope(const Vec3<T>& d) const {
      const T height = value(d);
      return {height, height * exponent.gradient(d)};
    }
    [[gnu::always_inline]] static Vec3<T> by_log_cells(const Slope<T>& slope, const Vec3<T>& d) {
      return by_log_cells_of_scaled(slope, d);
    }
  };
};

}  // namespace femtobragg::physics
