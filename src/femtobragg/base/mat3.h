// A 3 x 3 matrix of any number type, stored by rows; it acts on column vectors.
#pragma once

#include "femtobragg/base/vec3.h"

namespace femtobragg {

template <class T>
struct Mat3 {
  Vec3<T> row_x{}, row_y{}, row_z{};

  static constexpr Mat3 identity() { return {{T(1), T(0), T(0)}, {T(0), T(1), T(0)}, {T(0), T(0), T(1)}}; }
  friend bool operator==(const Mat3&, const Mat3&) = default;
};

using Mat3d = Mat3<double>;

template <class T>
constexpr Vec3<T> operator*(const Mat3<T>& m, const Vec3<T>& v) {
  return {dot(m.row_x, v), dot(m.row_y, v), dot(m.row_z, v)};
}
template <class T>
constexpr Mat3<T> transpose(const Mat3<T>& m) {
  return {{m.row_x.x, m.row_y.x, m.row_z.x}, {m.row_x.y, m.row_y.y, m.row_z.y}, {m.row_x.z, m.row_y.z, m.row_z.z}};
}
template <class T>
constexpr Mat3<T> operator*(const Mat3<T>& a, const Mat3<T>& b) {
  const Mat3<T> columns = transpose(b);
  return {columns * a.row_x, columns * a.row_y, columns * a.row_z};
}

}  // namespace femtobragg
