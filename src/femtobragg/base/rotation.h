// The matrix of a rotation.
#pragma once

#include <cmath>

#include "femtobragg/base/mat3.h"

namespace femtobragg {

/// Right-handed, about a unit axis, by an angle in radians (Rodrigues).
template <class T>
FB_HD Mat3<T> rotation_matrix(const Vec3<T>& u, T angle) {
  using std::cos;
  using std::sin;
  const T c = cos(angle), s = sin(angle), k = T(1) - c;
  return {{c + u.x * u.x * k, u.x * u.y * k - u.z * s, u.x * u.z * k + u.y * s},
          {u.y * u.x * k + u.z * s, c + u.y * u.y * k, u.y * u.z * k - u.x * s},
          {u.z * u.x * k - u.y * s, u.z * u.y * k + u.x * s, c + u.z * u.z * k}};
}

}  // namespace femtobragg
