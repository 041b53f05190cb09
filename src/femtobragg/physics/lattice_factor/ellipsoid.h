// Lattice factor of a crystal with the form of an ellipsoid.
#pragma once

#include <algorithm>
#include <cmath>

#include "femtobragg/base/units.h"
#include "femtobragg/physics/lattice_factor/shape_traits.h"
#include "femtobragg/physics/sine.h"

namespace femtobragg::physics {

struct Ellipsoid : ShapeTraits {
  static constexpr std::string_view name = "ellipsoid", adjective = "ellipsoidal", help = "ellipsoidal crystal";
  static constexpr std::array<std::string_view, 2> flags = {"round_xtal"};
  static constexpr double full_width = 1.155;
  static constexpr bool fails_at_nodes = true;

  /// The argument of its sines is a distance in turns, which must not be long where they still shine.
  static bool floats_hold(const Domain<double>& domain) { return most_cells(domain) * std::sqrt(domain.fudge) <= 20; }
  static double steepest_slope(const Domain<double>& domain) {
    return 1.7 * most_cells(domain) * std::sqrt(domain.fudge);
  }
  /// Fringes keep their phase, and with it nearly all digits.
  static constexpr double least_brightness_in_floats = 1e-5;

  /// Fourier transform of a solid sphere, one at the origin: 3 (sin x / x - cos x) / x^2.
  template <class T>
  FB_HD static T sphere_transform(T x) {
    using std::cos;
    using std::sin;
    return x == T(0) ? T(1) : T(3) * (sin(x) / x - cos(x)) / (x * x);
  }

  /// The same with all its digits at small x. At x = 0.01 the closed form's rounding errors are 1e-11 of it; the first
  /// term that the series leaves out is x^6 / 15120, below 1e-16.
  template <class T>
  FB_HD static T smooth_sphere_transform(T x) {
    const T x2 = x * x;
    return x < T(0.01) ? T(1) - x2 * (T(1) / T(10) - x2 / T(280)) : sphere_transform(x);
  }

  /// N sqrt(pi/6) g(pi sqrt(fudge H)), H = sum (D N)^2; the height keeps the integrated intensity of a block.
  template <class T>
  FB_HD static T lattice_factor(const Domain<T>& domain, const Vec3<T>& hkl, const Vec3<T>& hkl0) {
    using std::sqrt;
    constexpr double height = 0.723601254558268;
    const Vec3<T> d = hkl - hkl0;
    const T x = d.x * domain.cells.x, y = d.y * domain.cells.y, z = d.z * domain.cells.z;
    const T argument = T(pi) * sqrt((x * x + y * y + z * z) * domain.fudge);
    return domain.total_cells * T(height) *
           (domain.bare_at_nodes ? sphere_transform(argument) : smooth_sphere_transform(argument));
  }

  /// Distances in which spots are round: sqrt(D^T metric D).
  static Mat3<double> metric(const Domain<double>& domain) {
    const Vec3<double>& n = domain.cells;
    return {{n.x * n.x, 0, 0}, {0, n.y * n.y, 0}, {0, 0, n.z * n.z}};
  }

  /// The distance beyond which (L / N)^2 stays below `level`: |3 (sin x / x - cos x) / x^2| <= 3 (1 + 1 / x) / x^2,
  /// which for x >= 1 is at most 6 / x^2.
  static double radius(const Domain<double>& domain, double level) {
    const double x = std::max(1.0, std::sqrt(6.0) / std::pow(level * 6.0 / pi, 0.25));
    return x / (pi * std::sqrt(domain.fudge));
  }

  /// (L / N)^2 for packs, see domain.h.
  template <class T>
  struct Relative : AllAxes<T> {
    Vec3<T> cells;
    T fudge;

    FB_HD explicit Relative(const Domain<double>& domain)
        : cells(vec3_of<T>(domain.cells)), fudge(number<T>(domain.fudge)) {}

    static constexpr double squared_height = 0.523598775598299;  // pi / 6

    /// The squared argument of the sphere's transform.
    FB_HD T squared_argument(const Vec3<T>& d) const {
      const T x = d.x * cells.x, y = d.y * cells.y, z = d.z * cells.z;
      return number<T>(pi * pi) * fudge * (x * x + y * y + z * z);
    }

    FB_HD T value(const Vec3<T>& d) const {
      using std::max;
      using std::sqrt;
      const T x2 = squared_argument(d);
      // The closed form loses its digits near the origin: a series there, to x^14.
      const T series = transform_series(x2);
      const T safe = max(x2, number<T>(1.));
      const T root = sqrt(safe);
      const auto [sine, cosine] = signless_sin_cos_pi(root * number<T>(1 / pi));
      const T closed = number<T>(3.) * (sine / root - cosine) / safe;
      const T g = select(x2 < number<T>(1.), series, closed);
      return number<T>(squared_height) * g * g;
    }

    /// With g = 3 j1(x) / x: dg/d(x^2) = -3 j2(x) / (2 x^2) and j2(x) = g - sin(x) / x.
    template <bool with_cells>
    [[gnu::always_inline]] FB_HD Slope<T> slope(const Vec3<T>& d) const {
      using std::max;
      using std::sqrt;
      const T x2 = squared_argument(d);
      const T series = transform_series(x2), falling = transform_series_slope(x2);
      const T safe = max(x2, number<T>(1.));
      const T root = sqrt(safe);
      const auto [sine, cosine] = signless_sin_cos_pi(root * number<T>(1 / pi));
      const T sinc = sine / root, closed = number<T>(3.) * (sinc - cosine) / safe;
      const T closed_slope = number<T>(-1.5) * (closed - sinc) / safe;
      const auto near = x2 < number<T>(1.);
      const T g = select(near, series, closed), g_slope = select(near, falling, closed_slope);
      const T twice = number<T>(4 * squared_height * pi * pi) * fudge * g * g_slope;
      return {number<T>(squared_height) * g * g,
              {twice * cells.x * cells.x * d.x, twice * cells.y * cells.y * d.y, twice * cells.z * cells.z * d.z}};
    }
    [[gnu::always_inline]] FB_HD static Vec3<T> by_log_cells(const Slope<T>& slope, const Vec3<T>& d) {
      return by_log_cells_of_scaled(slope, d);
    }

   private:
    /// g in powers of x^2, and its derivative.
    FB_HD static T transform_series(const T& x2) {
      return number<T>(1.) +
             x2 * (number<T>(-1. / 10) +
                   x2 * (number<T>(1. / 280) +
                         x2 * (number<T>(-1. / 15120) +
                               x2 * (number<T>(1. / 1330560) +
                                     x2 * (number<T>(-1. / 172972800) +
                                           x2 * (number<T>(1. / 31135104e3) + x2 * number<T>(-1. / 7410154752e3)))))));
    }
    FB_HD static T transform_series_slope(const T& x2) {
      return number<T>(-1. / 10) +
             x2 * (number<T>(2. / 280) +
                   x2 * (number<T>(-3. / 15120) +
                         x2 * (number<T>(4. / 1330560) +
                               x2 * (number<T>(-5. / 172972800) +
                                     x2 * (number<T>(6. / 31135104e3) + x2 * number<T>(-7. / 7410154752e3))))));
    }
  };
};

}  // namespace femtobragg::physics
