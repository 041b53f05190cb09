// What fraction of the photons a layer of the sensor stops.
#pragma once

#include <cmath>

#include "femtobragg/base/lane.h"

namespace femtobragg::physics {

/// Fraction absorbed between two depths: exp(-front mu / c) - exp(-back mu / c), c the cosine between the
/// ray and the sensor's normal.
template <class T>
T captured_fraction(T front_m, T back_m, T attenuation_per_m, T cosine) {
  using std::exp;
  return exp(-front_m * attenuation_per_m / cosine) - exp(-back_m * attenuation_per_m / cosine);
}

/// Its derivatives; `by_depth`: when both depths grow alike, relative.
template <class T>
struct CaptureSlope {
  T by_attenuation, by_cosine, by_depth;
};
template <class T>
CaptureSlope<T> captured_fraction_slope(T front_m, T back_m, T attenuation_per_m, T cosine) {
  using std::exp;
  const T per_cosine = number<T>(1) / cosine;
  const T path = (front_m * exp(-front_m * attenuation_per_m * per_cosine) -
                  back_m * exp(-back_m * attenuation_per_m * per_cosine)) *
                 per_cosine;
  return {-path, path * attenuation_per_m * per_cosine, -path * attenuation_per_m};
}

}  // namespace femtobragg::physics
