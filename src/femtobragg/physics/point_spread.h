// How the light that a pixel gets spreads over its neighbours: point spreads, integrated over the pixel where light
// arrives (evenly spread over it) and over the one where it is recorded. Lengths are in any one unit.
#pragma once

#include <cmath>
#include <numbers>

#include "femtobragg/base/device.h"

namespace femtobragg::physics {

/// Standard deviation of a Gaussian with that full width at half maximum.
inline double gaussian_sigma(double fwhm) { return fwhm / (2 * std::sqrt(2 * std::numbers::ln2)); }

/// Twice the integral of a Gaussian line from minus infinity, for x <= 0.
FB_HD inline double twice_integrated_gaussian(double sigma, double x) {
  using std::erfc;
  using std::exp;
  using std::sqrt;
  const double t = x / sigma;
  return sigma * exp(-0.5 * t * t) / sqrt(2 * std::numbers::pi) + x * 0.5 * erfc(-t * std::numbers::sqrt2 / 2);
}

/// Distances between points of two pixels have a triangular distribution along each axis: Gauss's rule for it, exact to
/// fifth order.
struct TriangleRule {
  static constexpr double place = 0.63245553203367587;  ///< sqrt(2 / 5), in pixels
  static constexpr double outer = 5.0 / 24, middle = 7.0 / 12;
};

/// Share of the pixel `steps` pixels further along one axis. That of a plane is the product over both axes.
FB_HD inline double gaussian_pixel_share(double sigma, double pixel, double steps) {
  using std::abs;
  const double x = -abs(steps) * pixel;
  constexpr double wide = 16;  // pixels, from where differences lose more digits than the rule
  if (sigma > wide * pixel) {
    const auto density = [&](double at) { return std::exp(-0.5 * at / sigma * at / sigma); };
    using Rule = TriangleRule;
    const double beside = density(x - Rule::place * pixel) + density(x + Rule::place * pixel);
    return pixel / sigma / std::sqrt(2 * std::numbers::pi) * (Rule::outer * beside + Rule::middle * density(x));
  }
  const auto integral = [&](double at) { return twice_integrated_gaussian(sigma, at); };
  if (steps == 0) return 1 + 2 * (integral(-pixel) - integral(0)) / pixel;
  return (integral(x + pixel) - 2 * integral(x) + integral(x - pixel)) / pixel;
}

/// d(gaussian_pixel_share)/d(sigma). Since d(twice_integrated_gaussian)/d(sigma) is the Gaussian itself, times sigma,
/// it has the same differences.
FB_HD inline double gaussian_pixel_share_rate(double sigma, double pixel, double steps) {
  using std::exp;
  using std::sqrt;
  const auto slope = [&](double at) {
    const double t = at / sigma;
    return exp(-0.5 * t * t) / sqrt(2 * std::numbers::pi);
  };
  const double x = steps * pixel;
  return (slope(x + pixel) - 2 * slope(x) + slope(x - pixel)) / pixel;
}

/// The spread of a fibre-optic taper, g / (2 pi (g^2 + r^2)^(3/2)): a Moffat function whose tails fall off with the
/// cube of the distance (J. M. Holton, C. Nielsen & K. A. Frankel, J. Synchrotron Rad. 19 (2012) 1006).
class FibreSpread {
 public:
  explicit FibreSpread(double g) : g_(g) {}
  static FibreSpread of_fwhm(double fwhm) { return FibreSpread(fwhm / fwhm_over_g()); }

  static double fwhm_over_g() { return 2 * std::sqrt(std::cbrt(4.0) - 1); }

  double g() const { return g_; }

  FB_HD double density(double x, double y) const {
    using std::sqrt;
    const double square = g_ * g_ + x * x + y * y;
    return g_ / (2 * std::numbers::pi * square * sqrt(square));
  }
  /// d(density)/dg.
  FB_HD double density_rate(double x, double y) const {
    using std::sqrt;
    const double apart = x * x + y * y, square = g_ * g_ + apart;
    return (apart - 2 * g_ * g_) / (2 * std::numbers::pi * square * square * sqrt(square));
  }

  /// Share of the pixel so many pixels further along both axes.
  FB_HD double pixel_share(double edge_x, double edge_y, double steps_x, double steps_y) const {
    return over_pixels(
        edge_x, edge_y, steps_x, steps_y, [this](double x, double y) { return density(x, y); },
        [this](double x, double y) { return integral(x, y); });
  }
  /// d(pixel_share)/dg.
  FB_HD double pixel_share_rate(double edge_x, double edge_y, double steps_x, double steps_y) const {
    return over_pixels(
        edge_x, edge_y, steps_x, steps_y, [this](double x, double y) { return density_rate(x, y); },
        [this](double x, double y) { return integral_rate(x, y); });
  }

 private:
  /// The density integrated twice along x and twice along y, times 2 pi.
  FB_HD double integral(double x, double y) const {
    using std::asinh;
    using std::atan;
    using std::hypot;
    using std::sqrt;
    const double r = sqrt(g_ * g_ + x * x + y * y);
    return x * y * atan(x * y / (g_ * r)) + g_ * (x * asinh(x / hypot(g_, y)) + y * asinh(y / hypot(g_, x)) - r);
  }
  /// d(integral)/dg: what the products of its terms leave is one more -r.
  FB_HD double integral_rate(double x, double y) const {
    using std::asinh;
    using std::hypot;
    using std::sqrt;
    const double r = sqrt(g_ * g_ + x * x + y * y);
    return x * asinh(x / hypot(g_, y)) + y * asinh(y / hypot(g_, x)) - 2 * r;
  }

  /// A function of place, evenly weighted over both pixels, by itself or by its integral (twice along x and y, times
  /// 2 pi).
  template <class Function, class Integral>
  FB_HD double over_pixels(double a, double b, double steps_x, double steps_y, const Function& function,
                           const Integral& integrated) const {
    const double x = steps_x * a, y = steps_y * b;
    constexpr double near = 16;  // edges, from where differences lose more digits than the rule of three points
    const double nearer = a < b ? b : a;
    return g_ * g_ + x * x + y * y < near * near * nearer * nearer ? by_differences(a, b, x, y, integrated)
                                                                   : by_points(a, b, x, y, function);
  }
  template <class Integral>
  FB_HD static double by_differences(double a, double b, double x, double y, const Integral& integrated) {
    const auto along_x = [&](double at) {
      return integrated(x + a, at) - 2 * integrated(x, at) + integrated(x - a, at);
    };
    return (along_x(y + b) - 2 * along_x(y) + along_x(y - b)) / (2 * std::numbers::pi * a * b);
  }
  template <class Function>
  FB_HD static double by_points(double a, double b, double x, double y, const Function& function) {
    constexpr double place = TriangleRule::place, outer = TriangleRule::outer, middle = TriangleRule::middle;
    const auto along_x = [&](double at) {
      return outer * (function(x - place * a, at) + function(x + place * a, at)) + middle * function(x, at);
    };
    return a * b * (outer * (along_x(y - place * b) + along_x(y + place * b)) + middle * along_x(y));
  }

  double g_;
};

}  // namespace femtobragg::physics
