// A three-component vector of any number type.
#pragma once

#include <cmath>

#include "femtobragg/base/lane.h"

namespace femtobragg {

template <class T>
struct Vec3 {
  T x{}, y{}, z{};

  friend bool operator==(const Vec3&, const Vec3&) = default;
};

using Vec3d = Vec3<double>;

template <class T>
FB_HD constexpr Vec3<T> operator+(const Vec3<T>& a, const Vec3<T>& b) {
  return {a.x + b.x, a.y + b.y, a.z + b.z};
}
template <class T>
FB_HD constexpr Vec3<T> operator-(const Vec3<T>& a, const Vec3<T>& b) {
  return {a.x - b.x, a.y - b.y, a.z - b.z};
}
template <class T>
FB_HD constexpr Vec3<T> operator-(const Vec3<T>& a) {
  return {-a.x, -a.y, -a.z};
}
template <class T>
FB_HD constexpr Vec3<T> operator*(T s, const Vec3<T>& v) {
  return {s * v.x, s * v.y, s * v.z};
}
template <class T>
FB_HD constexpr Vec3<T> operator*(const Vec3<T>& v, T s) {
  return s * v;
}
template <class T>
FB_HD constexpr Vec3<T> operator/(const Vec3<T>& v, T s) {
  return {v.x / s, v.y / s, v.z / s};
}

template <class T>
FB_HD constexpr T dot(const Vec3<T>& a, const Vec3<T>& b) {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}
template <class T>
FB_HD constexpr Vec3<T> cross(const Vec3<T>& a, const Vec3<T>& b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
/// The volume that three vectors span, negative if they are left-handed.
template <class T>
FB_HD constexpr T triple_product(const Vec3<T>& a, const Vec3<T>& b, const Vec3<T>& c) {
  return dot(a, cross(b, c));
}
/// The same vector in another number type, or in every lane of a pack.
template <class T>
FB_HD constexpr Vec3<T> vec3_of(const Vec3<double>& v) {
  return {number<T>(v.x), number<T>(v.y), number<T>(v.z)};
}
template <class T>
FB_HD T norm(const Vec3<T>& v) {
  using std::sqrt;
  return sqrt(dot(v, v));
}
/// The direction of v; a zero vector stays zero.
template <class T>
FB_HD Vec3<T> unit(const Vec3<T>& v) {
  const T length = norm(v);
  return length > T(0) ? v / length : Vec3<T>{};
}
FB_HD inline bool is_finite(const Vec3d& v) { return std::isfinite(v.x) && std::isfinite(v.y) && std::isfinite(v.z); }

}  // namespace femtobragg
