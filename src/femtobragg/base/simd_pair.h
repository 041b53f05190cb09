// Packs that are computed together: while one instruction waits for its result, those of the other packs can start.
#pragma once

#include <cstddef>

#include "femtobragg/base/simd.h"

namespace femtobragg::simd {

template <class Mask>
struct PairMask {
  Mask first, second;
};

/// Two packs of type P, or two pairs, as one number type: every operation applies to both.
template <class P>
struct Pair {
  using value_type = typename P::value_type;
  using batch_bool_type = PairMask<typename P::batch_bool_type>;
  static constexpr std::size_t size = 2 * P::size;

  P first, second;

  Pair() = default;
  Pair(const P& a, const P& b) : first(a), second(b) {}
  explicit Pair(value_type x) : first(x), second(x) {}

  static Pair load_aligned(const value_type* from) { return {P::load_aligned(from), P::load_aligned(from + P::size)}; }
  void store_aligned(value_type* to) const {
    first.store_aligned(to);
    second.store_aligned(to + P::size);
  }

  Pair& operator+=(const Pair& b) { return *this = *this + b; }
  Pair& operator-=(const Pair& b) { return *this = *this - b; }

  friend Pair operator+(const Pair& a, const Pair& b) { return {a.first + b.first, a.second + b.second}; }
  friend Pair operator-(const Pair& a, const Pair& b) { return {a.first - b.first, a.second - b.second}; }
  friend Pair operator*(const Pair& a, const Pair& b) { return {a.first * b.first, a.second * b.second}; }
  friend Pair operator/(const Pair& a, const Pair& b) { return {a.first / b.first, a.second / b.second}; }
  friend Pair operator-(const Pair& a) { return {-a.first, -a.second}; }
  friend batch_bool_type operator<(const Pair& a, const Pair& b) { return {a.first < b.first, a.second < b.second}; }
  friend batch_bool_type operator>(const Pair& a, const Pair& b) { return b < a; }
  friend batch_bool_type operator<=(const Pair& a, const Pair& b) { return {a.first <= b.first, a.second <= b.second}; }
  friend Pair select(const batch_bool_type& mask, const Pair& yes, const Pair& no) {
    return {select(mask.first, yes.first, no.first), select(mask.second, yes.second, no.second)};
  }
  friend Pair abs(const Pair& a) { return {abs(a.first), abs(a.second)}; }
  friend Pair sqrt(const Pair& a) { return {sqrt(a.first), sqrt(a.second)}; }
  friend Pair exp(const Pair& a) { return {exp(a.first), exp(a.second)}; }
  friend Pair ceil(const Pair& a) { return {ceil(a.first), ceil(a.second)}; }
  friend Pair nearbyint(const Pair& a) { return {nearbyint(a.first), nearbyint(a.second)}; }
  friend Pair max(const Pair& a, const Pair& b) { return {max(a.first, b.first), max(a.second, b.second)}; }
};

/// The numbers at integer offsets from `origin`.
template <class P>
Pair<P> lookup(const typename P::value_type* origin, const Pair<P>& offset) {
  return {lookup(origin, offset.first), lookup(origin, offset.second)};
}

namespace detail {
template <class P, std::size_t n>
struct InStep {
  using type = Pair<typename InStep<P, n / 2>::type>;
};
template <class P>
struct InStep<P, 1> {
  using type = P;
};
}  // namespace detail

/// n packs that are computed together, n a power of two.
template <class P, std::size_t n>
using InStep = typename detail::InStep<P, n>::type;

}  // namespace femtobragg::simd
