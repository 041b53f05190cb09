// Lattice factor that is all or nothing: spots with a sharp edge.
#pragma once

#include <cmath>

#include "femtobragg/physics/lattice_factor/shape_traits.h"

namespace femtobragg::physics {

struct Tophat : ShapeTraits {
  static constexpr std::string_view name = "tophat", adjective = "tophat", help = "spots with a sharp edge";
  static constexpr std::array<std::string_view, 2> flags = {"tophat_spots", "binary_spots"};
  static constexpr double full_width = 1.26;
  static constexpr bool by_width = true, has_edges = true;
  /// At the edge any error of rounding is a whole spot.
  static constexpr bool in_floats = false;

  /// Where spots end: 0.63 spot widths, squared.
  static constexpr double edge = 0.3969;

  /// N where fudge W < edge, else 0; W the squared distance from the lattice point in spot widths.
  template <class T>
  FB_HD static T lattice_factor(const Domain<T>& domain, const Vec3<T>& hkl, const Vec3<T>& hkl0) {
    const bool inside = squared_spot_distance(domain, hkl - hkl0) * domain.fudge < T(edge);
    return inside ? domain.total_cells : T(0);
  }

  /// Distances in which spots are round: sqrt(D^T metric D).
  static Mat3<double> metric(const Domain<double>& domain) { return domain.width; }

  /// The distance beyond which (L / N)^2 stays below any level.
  static double radius(const Domain<double>& domain, double /*level*/) { return std::sqrt(edge / domain.fudge); }

  /// (L / N)^2 for packs, see domain.h.
  template <class T>
  struct Relative : AllAxes<T> {
    Domain<T> domain;

    FB_HD explicit Relative(const Domain<double>& d) : domain(domain_of<T>(d)) {}

    FB_HD T value(const Vec3<T>& d) const {
      return select(squared_spot_distance(domain, d) * domain.fudge < number<T>(edge), number<T>(1), number<T>(0));
    }

    /// Flat inside and outside; at the edge there is no derivative.
    template <bool with_cells>
    [[gnu::always_inline]] FB_HD Slope<T> slope(const Vec3<T>& d) const {
      return {value(d), {number<T>(0), number<T>(0), number<T>(0)}};
    }
    [[gnu::always_inline]] FB_HD static Vec3<T> by_log_cells(const Slope<T>& slope, const Vec3<T>&) {
      return slope.by_distance;
    }
  };
};

}  // namespace femtobragg::physics
