// What formulas need in order to work for numbers and for packs of numbers alike.
#pragma once

#include "femtobragg/base/device.h"

namespace femtobragg {

/// The number type of one lane: T itself for plain numbers.
template <class T>
struct LaneOf {
  using type = typename T::value_type;
};
template <>
struct LaneOf<float> {
  using type = float;
};
template <>
struct LaneOf<double> {
  using type = double;
};

/// A constant in the number type of T, in every lane.
template <class T>
FB_HD constexpr T number(double x) {
  return T(static_cast<typename LaneOf<T>::type>(x));
}

/// A function of plain numbers, applied to each lane: for what has no formula for packs, such as searches.
template <class T>
struct EachLane {
  template <class F>
  FB_HD static T of(const T& x, F&& f) {
    return static_cast<T>(f(x));
  }
  /// The same of three numbers.
  template <class F>
  FB_HD static T of(const T& x, const T& y, const T& z, F&& f) {
    return static_cast<T>(f(x, y, z));
  }
};

/// Choice by a condition. For packs, the SIMD library's own `select` chooses lane by lane; it is found by its argument.
template <class T>
FB_HD constexpr T select(bool condition, const T& yes, const T& no) {
  return condition ? yes : no;
}

}  // namespace femtobragg
