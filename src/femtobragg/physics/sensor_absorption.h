// The fraction of the photons that a layer of the sensor absorbs.
#pragma once

#include <cmath>

#include "femtobragg/base/lane.h"

namespace femtobragg::physics {

/// Fraction absorbed between two depths: exp(-front mu / c) - exp(-back mu / c), c the cosine between the
/// ray and the sensor's normal.
template <class T>
FB_HD T captured_fraction(T front_m, T back_m, T attenuation_per_m, T cosine) {
  using std::exp;
  return exp(-front_m * attenuation_per_m / cosine) - exp(-back_m * attenuation_per_m / cosine);
}

/// Its derivatives; `by_depth`: for an equal relative change of both depths.
template <class T>
struct CaptureSlope {
  T by_attenuation, by_cosine, by_depth;
};
template <class T>
FB_HD CaptureSlope<T> captured_fraction_slope(T front_m, T back_m, T attenuation_per_m, T cosine) {
  using std::exp;
  const T per_cosine = number<T>(1) / cosine;
  const T path = (front_m * exp(-front_m * attenuation_per_m * per_cosine) -
                  back_m * exp(-back_m * attenuation_per_m * per_cosine)) *
                 per_cosine;
  return {-path, path * attenuation_per_m * per_cosine, -path * attenuation_per_m};
}

/// Mean depth of the photons that a layer absorbs, in units of its width; x is its width in units of the absorption
/// length along its normal: the centroid of exp(-x u) over 0 <= u <= 1, with its derivative with respect to x.
struct AbsorptionCentroid {
  double value, slope;
};
FB_HD inline AbsorptionCentroid absorption_centroid(double x) {
  // A series where the difference of large numbers would lose digits: the next terms are below 1e-13.
  if (std::abs(x) < 0.05)
    return {0.5 - x / 12 * (1 - x * x / 60 * (1 - x * x / 42)), -1.0 / 12 * (1 - x * x / 20 * (1 - x * x / 25.2))};
  const double rest = 1 / std::expm1(x);
  return {1 / x - rest, rest * (1 + rest) - 1 / (x * x)};
}

}  // namespace femtobragg::physics
