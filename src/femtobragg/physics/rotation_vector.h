// Rotations as vectors: the direction is the axis, the length the angle (radians, right-handed).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "femtobragg/base/mat3.h"
#include "femtobragg/base/vec3.h"

namespace femtobragg::physics {

/// The matrix that maps v to w x v.
inline Mat3d cross_matrix(const Vec3d& w) { return {{0, -w.z, w.y}, {w.z, 0, -w.x}, {-w.y, w.x, 0}}; }

/// 1 + first [w]x + second [w]x^2: the form of all functions of a rotation vector.
inline Mat3d series_of_cross_matrix(const Vec3d& w, double first, double second) {
  const Mat3d x = cross_matrix(w), xx = x * x, one = Mat3d::identity();
  const auto row = [&](const Vec3d& i, const Vec3d& j, const Vec3d& k) { return i + first * j + second * k; };
  return {row(one.row_x, x.row_x, xx.row_x), row(one.row_y, x.row_y, xx.row_y), row(one.row_z, x.row_z, xx.row_z)};
}

/// sin(t) / t and (1 - cos(t)) / t^2, exact to rounding for every t.
inline double sine_over_angle(double t) { return t == 0 ? 1.0 : std::sin(t) / t; }
inline double versine_over_square(double t) {
  const double half = sine_over_angle(0.5 * t);
  return 0.5 * half * half;
}

/// The rotation by a vector (Rodrigues).
inline Mat3d rotation_by(const Vec3d& vector_rad) {
  const double t = norm(vector_rad);
  return series_of_cross_matrix(vector_rad, sine_over_angle(t), versine_over_square(t));
}

/// A small change d of a rotation vector rotates the result by the vector J d. This is J, the left Jacobian of SO(3);
/// J. Sola et al., arXiv:1812.01537 (2018), eq. 145.
inline Mat3d left_jacobian(const Vec3d& vector_rad) {
  const double t = norm(vector_rad), u = t * t;
  // (t - sin t) / t^3 cancels for small angles; the series is exact to rounding below one half.
  const double series =
      1 / 6. - u * (1 / 120. - u * (1 / 5040. - u * (1 / 362880. - u * (1 / 39916800. - u / 6227020800.))));
  return series_of_cross_matrix(vector_rad, versine_over_square(t), t < 0.5 ? series : (t - std::sin(t)) / (u * t));
}

/// The shortest vector of a rotation, computed from the quaternion's largest component (S. W. Shepperd, J. Guidance and
/// Control 1 (1978) 223).
inline Vec3d vector_of_rotation(const Mat3d& m) {
  const double trace = m.row_x.x + m.row_y.y + m.row_z.z;
  const std::array<double, 4> squares = {1 + trace, 1 - trace + 2 * m.row_x.x, 1 - trace + 2 * m.row_y.y,
                                         1 - trace + 2 * m.row_z.z};
  const auto largest = std::ranges::max_element(squares) - squares.begin();
  const Vec3d odd{m.row_z.y - m.row_y.z, m.row_x.z - m.row_z.x, m.row_y.x - m.row_x.y};
  const Vec3d even{m.row_x.y + m.row_y.x, m.row_x.z + m.row_z.x, m.row_y.z + m.row_z.y};
  const double top = squares[static_cast<std::size_t>(largest)];
  // Four times the largest component times the quaternion.
  double w = largest == 0 ? top : largest == 1 ? odd.x : largest == 2 ? odd.y : odd.z;
  Vec3d v = largest == 0   ? odd
            : largest == 1 ? Vec3d{top, even.x, even.y}
            : largest == 2 ? Vec3d{even.x, top, even.z}
                           : Vec3d{even.y, even.z, top};
  if (w < 0) w = -w, v = -v;
  const double length = norm(v);
  return length == 0 ? Vec3d{} : (2 * std::atan2(length, w) / length) * v;
}

}  // namespace femtobragg::physics
