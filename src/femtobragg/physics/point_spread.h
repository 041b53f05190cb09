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

/// Share of the pixel `steps` pixels further along one axis. That of a plane is the product over both axes.
FB_HD inline double gaussian_pixel_share(double sigma, double pixel, double steps) {
  using std::abs;
  const double x = -abs(steps) * pixel;
  const auto integral = [&](double at) { return twice_integrated_gaussian(sigma, at); };
  if (steps == 0) return 1 + 2 * (integral(-pixel) - integral(0)) / pixel;
  return (integral(x + pixel) - 2 * integral(x) + integral(x - pixel)) / pixel;
}

/// The spread of a fibre-optic taper, g / (2 pi (g^2 + r^2)^(3/2)): a Moffat function whose tails fall off with the
/// cube of the distance (J. M. Holton, C. Nielsen & K. A. Frankel, J. Synchrotron Rad. 19 (2012) 1006).
class FibreSpread {
 public:
  explicit FibreSpread(double g) : g_(g) {}
  static FibreSpread of_fwhm(double fwhm) { return FibreSpread(fwhm / (2 * std::sqrt(std::cbrt(4.0) - 1))); }

  double g() const { return g_; }

  FB_HD double density(double x, double y) const {
    using std::sqrt;
    const double square = g_ * g_ + x * x + y * y;
    return g_ / (2 * std::numbers::pi * square * sqrt(square));
  }

  /// Share of the pixel so many pixels further along both axes.
  FB_HD double pixel_share(double edge_x, double edge_y, double steps_x, double steps_y) const {
    const double x = steps_x * edge_x, y = steps_y * edge_y;
    constexpr double near = 16;  // edges, from where differences lose more digits than the rule of three points
    const double nearer = edge_x < edge_y ? edge_y : edge_x;
    return g_ * g_ + x * x + y * y < near * near * nearer * nearer ? by_differences(edge_x, edge_y, x, y)
                                                                   : by_points(edge_x, edge_y, x, y);
  }

 private:
  /// The density integrated twice along x and twice along y, times 2 pi.
  FB_HD double integral(double x, double y) const {
    using std::atan;
    using std::atanh;
    using std::sqrt;
    const double r = sqrt(g_ * g_ + x * x + y * y);
    return x * y * atan(x * y / (g_ * r)) + g_ * (x * atanh(x / r) + y * atanh(y / r) - r);
  }
  FB_HD double by_differences(double a, double b, double x, double y) const {
    const auto along_x = [&](double at) { return integral(x + a, at) - 2 * integral(x, at) + integral(x - a, at); };
    return (along_x(y + b) - 2 * along_x(y) + along_x(y - b)) / (2 * std::numbers::pi * a * b);
  }
  /// Distances between points of two pixels have a triangular distribution: Gauss's rule for it, exact to fifth order.
  FB_HD double by_points(double a, double b, double x, double y) const {
    constexpr double place = 0.63245553203367587;  // sqrt(2 / 5)
    constexpr double outer = 5.0 / 24, middle = 7.0 / 12;
    const auto along_x = [&](double at) {
      return outer * (density(x - place * a, at) + density(x + place * a, at)) + middle * density(x, at);
    };
    return a * b * (outer * (along_x(y - place * b) + along_x(y + place * b)) + middle * along_x(y));
  }

  double g_;
};

}  // namespace femtobragg::physics
