// Dual numbers: a value and its derivatives, carried along through every operation.
#pragma once

#include <array>
#include <cmath>
#include <compare>
#include <cstddef>

#include "femtobragg/base/lane.h"

namespace femtobragg {

/// A number that depends on n others. Formulas that are templates on their number type, run on duals, give their exact
/// derivatives.
template <class T, std::size_t n>
struct Dual {
  using value_type = T;

  T value{};
  std::array<T, n> rates{};  ///< derivatives with respect to each of the n numbers

  constexpr Dual() = default;
  FB_HD constexpr Dual(T constant) : value(constant) {}

  /// The number with respect to which rate `index` is taken.
  FB_HD static constexpr Dual variable(T value, std::size_t index) {
    Dual x(value);
    x.rates[index] = T(1);
    return x;
  }

  friend FB_HD constexpr Dual operator-(const Dual& x) { return chain(-x.value, T(-1), x); }
  friend FB_HD constexpr Dual operator+(const Dual& x, const Dual& y) {
    return chain(x.value + y.value, T(1), x, T(1), y);
  }
  friend FB_HD constexpr Dual operator-(const Dual& x, const Dual& y) {
    return chain(x.value - y.value, T(1), x, T(-1), y);
  }
  friend FB_HD constexpr Dual operator*(const Dual& x, const Dual& y) {
    return chain(x.value * y.value, y.value, x, x.value, y);
  }
  friend FB_HD constexpr Dual operator/(const Dual& x, const Dual& y) {
    const T quotient = x.value / y.value;
    return chain(quotient, T(1) / y.value, x, -quotient / y.value, y);
  }

  friend FB_HD constexpr bool operator==(const Dual& x, const Dual& y) { return x.value == y.value; }
  friend FB_HD constexpr auto operator<=>(const Dual& x, const Dual& y) { return x.value <=> y.value; }

  friend FB_HD Dual sin(const Dual& x) {
    using std::cos;
    using std::sin;
    return chain(sin(x.value), cos(x.value), x);
  }
  friend FB_HD Dual cos(const Dual& x) {
    using std::cos;
    using std::sin;
    return chain(cos(x.value), -sin(x.value), x);
  }
  friend FB_HD Dual sqrt(const Dual& x) {
    using std::sqrt;
    const T root = sqrt(x.value);
    return chain(root, T(0.5) / root, x);
  }
  friend FB_HD Dual exp(const Dual& x) {
    using std::exp;
    const T power = exp(x.value);
    return chain(power, power, x);
  }
  friend FB_HD constexpr Dual abs(const Dual& x) { return x.value < T(0) ? -x : x; }

 private:
  /// A function value from its slopes in its arguments.
  FB_HD static constexpr Dual chain(T value, T slope, const Dual& x) {
    Dual result(value);
    for (std::size_t i = 0; i < n; ++i) result.rates[i] = slope * x.rates[i];
    return result;
  }
  FB_HD static constexpr Dual chain(T value, T slope_x, const Dual& x, T slope_y, const Dual& y) {
    Dual result(value);
    for (std::size_t i = 0; i < n; ++i) result.rates[i] = slope_x * x.rates[i] + slope_y * y.rates[i];
    return result;
  }
};

}  // namespace femtobragg
