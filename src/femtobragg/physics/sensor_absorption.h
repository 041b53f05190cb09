// What fraction of the photons a layer of the sensor stops.
#pragma once

#include <cmath>

namespace femtobragg::physics {

/// Fraction absorbed between two depths: exp(-front mu / c) - exp(-back mu / c), c the cosine between the
/// ray and the sensor's normal.
template <class T>
T captured_fraction(T front_m, T back_m, T attenuation_per_m, T cosine) {
  using std::exp;
  return exp(-front_m * attenuation_per_m / cosine) - exp(-back_m * attenuation_per_m / cosine);
}

}  // namespace femtobragg::physics
