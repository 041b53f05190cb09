// Sines for packs. Plain numbers take the standard library's.
#pragma once

#include <cmath>
#include <type_traits>

#include "femtobragg/base/lane.h"
#include "femtobragg/base/units.h"

namespace femtobragg::physics {

/// sin(pi x) for |x| <= 1/2 and a little more, odd in x. Minimax polynomials for sin(pi x) / x in x^2 by Remez
/// exchange; relative error 5.4e-9 for float lanes and 1.5e-16 for double lanes, before rounding.
template <class T>
[[gnu::always_inline]] inline T sin_pi(const T& x) {
  using Lane = typename LaneOf<T>::type;
  const T u = x * x;
  if constexpr (std::is_same_v<Lane, float>) {
    return x * (T(3.1415926368f) +
                u * (T(-5.1677096848f) + u * (T(2.5500697265f) + u * (T(-0.5982421268f) + u * T(0.0775603869f)))));
  } else {
    const T high = T(0.082145878256546581) +
                   u * (T(-0.00737036107161848) + u * (T(0.00046597761676732391) + u * T(-2.1122952626464541e-05)));
    const T middle = T(2.5501640398597765) + u * (T(-0.59926452877570979) + u * high);
    return x * (T(3.1415926535897927) + u * (T(-5.1677127800497527) + u * middle));
  }
}

/// (-1)^n sin(pi x) and (-1)^n cos(pi x), n the integer nearest to x.
template <class T>
struct SignlessPair {
  T sine, cosine;
};
template <class T>
SignlessPair<T> signless_sin_cos_pi(const T& x) {
  using std::abs;
  using std::nearbyint;
  const T rest = x - nearbyint(x);
  return {sin_pi(rest), sin_pi(number<T>(0.5) - abs(rest))};
}

/// sin(x) and cos(x), x in radians. For packs, x of moderate size: the error grows as |x| times the rounding of 1 / pi.
template <class T>
T sine(const T& x) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::sin(x);
  } else {
    using std::abs;
    using std::nearbyint;
    const T half_turns = x * number<T>(1 / pi);
    const T whole = nearbyint(half_turns);
    const T odd = abs(whole - number<T>(2) * nearbyint(number<T>(0.5) * whole));
    return sin_pi(half_turns - whole) * (number<T>(1) - number<T>(2) * odd);
  }
}
template <class T>
T cosine(const T& x) {
  if constexpr (std::is_floating_point_v<T>)
    return std::cos(x);
  else
    return sine(x + number<T>(0.5 * pi));
}

}  // namespace femtobragg::physics
