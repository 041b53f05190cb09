// A 3 x 3 matrix of any number type, stored by rows; it acts on column vectors.
#pragma once

#include <cmath>

#include "femtobragg/base/vec3.h"

namespace femtobragg {

template <class T>
struct Mat3 {
  Vec3<T> row_x{}, row_y{}, row_z{};

  FB_HD static constexpr Mat3 identity() { return {{T(1), T(0), T(0)}, {T(0), T(1), T(0)}, {T(0), T(0), T(1)}}; }
  friend bool operator==(const Mat3&, const Mat3&) = default;
};

using Mat3d = Mat3<double>;

template <class T>
FB_HD constexpr Vec3<T> operator*(const Mat3<T>& m, const Vec3<T>& v) {
  return {dot(m.row_x, v), dot(m.row_y, v), dot(m.row_z, v)};
}
template <class T>
FB_HD constexpr Mat3<T> transpose(const Mat3<T>& m) {
  return {{m.row_x.x, m.row_y.x, m.row_z.x}, {m.row_x.y, m.row_y.y, m.row_z.y}, {m.row_x.z, m.row_y.z, m.row_z.z}};
}
template <class T>
FB_HD constexpr Mat3<T> operator*(const Mat3<T>& a, const Mat3<T>& b) {
  const Mat3<T> columns = transpose(b);
  return {columns * a.row_x, columns * a.row_y, columns * a.row_z};
}

template <class T>
FB_HD constexpr T determinant(const Mat3<T>& m) {
  return triple_product(m.row_x, m.row_y, m.row_z);
}

/// The inverse, by cofactors. Infinite or NaN for a singular matrix.
template <class T>
FB_HD Mat3<T> inverse(const Mat3<T>& m) {
  const Vec3<T> x = cross(m.row_y, m.row_z), y = cross(m.row_z, m.row_x), z = cross(m.row_x, m.row_y);
  const T one_over = T(1) / dot(m.row_x, x);
  return transpose(Mat3<T>{x * one_over, y * one_over, z * one_over});
}

/// Smallest and largest eigenvalue.
struct EigenvalueRange {
  double smallest, largest;
};

/// Requires a symmetric matrix. O. K. Smith, Comm. ACM 4 (1961) 168.
inline EigenvalueRange symmetric_eigenvalues(const Mat3<double>& m) {
  const double mean = (m.row_x.x + m.row_y.y + m.row_z.z) / 3;
  const Mat3<double> d{m.row_x - Vec3d{mean, 0, 0}, m.row_y - Vec3d{0, mean, 0}, m.row_z - Vec3d{0, 0, mean}};
  const double scale = std::sqrt((dot(d.row_x, d.row_x) + dot(d.row_y, d.row_y) + dot(d.row_z, d.row_z)) / 6);
  if (!(scale > 1e-14 * std::abs(mean))) return {mean, mean};
  const double r = determinant(d) / (2 * scale * scale * scale);
  const double third = std::acos(std::fmin(1.0, std::fmax(-1.0, r))) / 3;
  constexpr double two_thirds_pi = 2.0943951023931953;
  return {mean + 2 * scale * std::cos(third + two_thirds_pi), mean + 2 * scale * std::cos(third)};
}

}  // namespace femtobragg
