// Lattice factor that is all or nothing: spots with a sharp edge.
#pragma once

#include <cmath>

#include "femtobragg/physics/lattice_factor/domain.h"

namespace femtobragg::physics {

struct Tophat {
  /// Whether the lattice factor is the same from both lattice points half-way between them.
  static constexpr bool smooth_half_way = false;
  /// Whether spots end, without fringes from one to the next.
  static constexpr bool compact = true;

  /// N where fudge W < 0.63^2, else 0; W the squared distance from the lattice point in spot widths.
  template <class T>
  static T lattice_factor(const Domain<T>& domain, const Vec3<T>& hkl, const Vec3<T>& hkl0) {
    const bool inside = squared_spot_distance(domain, hkl - hkl0) * domain.fudge < T(0.3969);
    return inside ? domain.total_cells : T(0);
  }

  /// Distances in which spots are round: sqrt(D^T metric D).
  static Mat3<double> metric(const Domain<double>& domain) { return domain.width; }

  /// The distance beyond which (L / N)^2 stays below any level.
  static double radius(const Domain<double>& domain, double /*level*/) { return std::sqrt(0.3969 / domain.fudge); }

  /// (L / N)^2 for packs, see domain.h.
  template <class T>
  struct Relative : AllAxes<T> {
    Domain<T> domain;

    explicit Relative(const Domain<double>& d) : domain(domain_of<T>(d)) {}

    T value(const Vec3<T>& d) const {
      return select(squared_spot_distance(domain, d) * domain.fudge < number<T>(0.3969), number<T>(1), number<T>(0));
    }

    /// Flat inside and outside; at the edge there is no derivative.
    template <bool with_cells>
    [[gnu::always_inline]] Slope<T> slope(const Vec3<T>& d) const {
      return {value(d), {number<T>(0), number<T>(0), number<T>(0)}};
    }
    [[gnu::always_inline]] static Vec3<T> by_log_cells(const Slope<T>& slope, const Vec3<T>&) {
      return slope.by_distance;
    }
  };
};

}  // namespace femtobragg::physics
