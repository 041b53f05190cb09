// The scattering vector and its resolution.
#pragma once

#include "femtobragg/base/vec3.h"

namespace femtobragg::physics {

/// q = (d - i) / lambda, 1/m, from unit vectors of the diffracted and incident rays. |q| = 2 sin(theta) / lambda.
template <class T>
FB_HD Vec3<T> scattering_vector(const Vec3<T>& diffracted, const Vec3<T>& incident, T wavelength_m) {
  return (diffracted - incident) / wavelength_m;
}

/// sin(theta) / lambda, 1/m.
template <class T>
FB_HD T sin_theta_over_lambda(const Vec3<T>& q) {
  return T(0.5) * norm(q);
}

/// Whether q lies beyond a resolution limit above zero.
template <class T>
FB_HD auto beyond_resolution(const Vec3<T>& q, T d_min_m) {
  return d_min_m > T(0.5) / sin_theta_over_lambda(q);
}

}  // namespace femtobragg::physics
