// Right-handed rotations of vectors.
#pragma once

#include <cmath>

#include "femtobragg/base/rotation.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/vec3.h"
#include "femtobragg/physics/sine.h"

namespace femtobragg::physics {

/// Rotates v about lab x, then y, then z (radians). An angle of exactly zero leaves v untouched.
template <class T>
FB_HD Vec3<T> rotate_about_lab_axes(Vec3<T> v, const Vec3<T>& angles) {
  using std::cos;
  using std::sin;
  if (angles.x != T(0)) v = {v.x, v.y * cos(angles.x) - v.z * sin(angles.x), v.y * sin(angles.x) + v.z * cos(angles.x)};
  if (angles.y != T(0))
    v = {v.x * cos(angles.y) + v.z * sin(angles.y), v.y, -v.x * sin(angles.y) + v.z * cos(angles.y)};
  if (angles.z != T(0)) v = {v.x * cos(angles.z) - v.y * sin(angles.z), v.x * sin(angles.z) + v.y * cos(angles.z), v.z};
  return v;
}

/// Rotates v about an axis (Rodrigues). The axis is not normalised: if its length is not one, v is also stretched.
template <class T>
FB_HD Vec3<T> rotate_about_axis(const Vec3<T>& v, const Vec3<T>& axis, T angle) {
  const T c = cosine(angle), s = sine(angle);
  return axis * (dot(axis, v) * (T(1) - c)) + v * c + cross(axis, v) * s;
}

/// A rotation drawn uniformly from all rotations, from three uniform deviates in [0, 1).
/// K. Shoemake, "Uniform random rotations", Graphics Gems III (1992) 124.
inline Mat3d uniform_random_rotation(double u1, double u2, double u3) {
  const double w = std::sqrt(u1) * std::cos(2 * pi * u3), x = std::sqrt(1 - u1) * std::sin(2 * pi * u2);
  const double y = std::sqrt(1 - u1) * std::cos(2 * pi * u2), z = std::sqrt(u1) * std::sin(2 * pi * u3);
  return {{1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)},
          {2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)},
          {2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)}};
}

/// The angles about lab x, y, z (radians) whose successive rotations make the matrix. Where y is a quarter turn, x and
/// z turn about one axis: x is zero then.
inline Vec3d lab_axis_angles(const Mat3d& m) {
  const double across = std::hypot(m.row_z.y, m.row_z.z);  // the cosine of y
  const double y = std::atan2(-m.row_z.x, across);
  if (across < 1e-12) return {0, y, std::atan2(-m.row_x.y, m.row_y.y)};
  return {std::atan2(m.row_z.y, m.row_z.z), y, std::atan2(m.row_y.x, m.row_x.x)};
}

}  // namespace femtobragg::physics
