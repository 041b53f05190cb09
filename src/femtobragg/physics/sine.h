// Sines for packs. Plain numbers use the standard library's.
#pragma once

#include <cmath>
#include <type_traits>

#include "femtobragg/base/lane.h"
#include "femtobragg/base/units.h"

namespace femtobragg::physics {

/// sin(pi x) / x from u = x^2 for |x| <= 1/2 and a little more. Minimax polynomials by Remez exchange; relative error
/// 5.4e-9 for float lanes and 1.5e-16 for double lanes, before rounding.
template <class T>
[[gnu::always_inline]] FB_HD inline T sin_pi_over_x(const T& u) {
  if constexpr (std::is_same_v<typename LaneOf<T>::type, float>) {
    return T(3.1415926368f) +
           u * (T(-5.1677096848f) + u * (T(2.5500697265f) + u * (T(-0.5982421268f) + u * T(0.0775603869f))));
  } else {
    const T high = T(0.082145878256546581) +
                   u * (T(-0.00737036107161848) + u * (T(0.00046597761676732391) + u * T(-2.1122952626464541e-05)));
    const T middle = T(2.5501640398597765) + u * (T(-0.59926452877570979) + u * high);
    return T(3.1415926535897927) + u * (T(-5.1677127800497527) + u * middle);
  }
}

/// sin(pi x) for |x| <= 1/2 and a little more, odd in x.
template <class T>
[[gnu::always_inline]] FB_HD inline T sin_pi(const T& x) {
  return x * sin_pi_over_x(x * x);
}

/// cos(pi x) from u = x^2 for |x| <= 1/2 and a little more; error 4.7e-8 for float lanes and 4e-18 for double lanes,
/// before rounding.
template <class T>
[[gnu::always_inline]] FB_HD inline T cos_pi_of_square(const T& u) {
  if constexpr (std::is_same_v<typename LaneOf<T>::type, float>) {
    return T(0.9999999531f) +
           u * (T(-4.9347927998f) + u * (T(4.0584104990f) + u * (T(-1.3318695875f) + u * T(0.2196726217f))));
  } else {
    const T high =
        T(0.23533063012798067) +
        u * (T(-0.025806888722466323) +
             u * (T(0.0019295561976776972) + u * (T(-0.00010456635429249537) + u * T(4.149350322305119e-06))));
    return T(1.0) + u * (T(-4.934802200544676) + u * (T(4.058712126416495) + u * (T(-1.335262768843358) + u * high)));
  }
}

/// pi x cot(pi x) for |x| <= 1/2 and a little more: one at zero. Error 6.4e-7 for float lanes.
template <class T>
[[gnu::always_inline]] FB_HD inline T pi_x_cot_pi_x(const T& x) {
  using std::abs;
  if constexpr (std::is_same_v<typename LaneOf<T>::type, float>) {
    const T u = x * x;
    return T(1.0000006432f) +
           u * (T(-3.2900449028f) +
                u * (T(-2.1568023089f) + u * (T(-2.1604285715f) + u * (T(-1.1232947041f) + u * T(-4.6531993165f)))));
  } else {
    const T tiny = T(1e-10), safe = select(abs(x) < tiny, tiny, x);
    return T(pi) * safe * cos_pi_of_square(safe * safe) / sin_pi(safe);
  }
}

/// (-1)^n sin(pi x) and (-1)^n cos(pi x), n the integer nearest to x.
template <class T>
struct SignlessPair {
  T sine, cosine;
};
template <class T>
FB_HD SignlessPair<T> signless_sin_cos_pi(const T& x) {
  using std::abs;
  using std::nearbyint;
  const T rest = x - nearbyint(x);
  return {sin_pi(rest), sin_pi(number<T>(0.5) - abs(rest))};
}

/// sin(x) and cos(x), x in radians. For packs, x of moderate size: the error grows as |x| times the rounding of 1 / pi.
template <class T>
FB_HD T sine(const T& x) {
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
FB_HD T cosine(const T& x) {
  if constexpr (std::is_floating_point_v<T>)
    return std::cos(x);
  else
    return sine(x + number<T>(0.5 * pi));
}

}  // namespace femtobragg::physics
