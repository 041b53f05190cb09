// What formulas need in order to work for numbers and for packs of numbers alike.
#pragma once

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
constexpr T number(double x) {
  return T(static_cast<typename LaneOf<T>::type>(x));
}

/// Choice by a condition. For packs, the SIMD library's own `select` chooses lane by lane; it is found by its argument.
template <class T>
constexpr T select(bool condition, const T& yes, const T& no) {
  return condition ? yes : no;
}

}  // namespace femtobragg
