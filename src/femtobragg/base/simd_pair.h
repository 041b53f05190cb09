// Two packs that are computed in step: while an instruction waits for its result, the other pack's can start.
#pragma once

#include <cstddef>

#include "femtobragg/base/simd.h"

namespace femtobragg::simd {

template <class P>
struct PairMask {
  typename P::batch_bool_type first, second;
};

/// Two packs of type P as one number type: every operation works on both.
template <class P>
struct Pair {
  using value_type = typename P::value_type;
  static constexpr std::size_t size = 2 * P::size;

  P first, second;

  Pair() = default;
  Pair(const P& a, const P& b) : first(a), second(b) {}
  explicit Pair(value_type x) : first(x), second(x) {}

  static Pair load_aligned(const value_type* from) {
    return {P::load_aligned(from), P::load_aligned(from + P::size)};
  }
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
  friend PairMask<P> operator<(const Pair& a, const Pair& b) { return {a.first < b.first, a.second < b.second}; }
  friend PairMask<P> operator>(const Pair& a, const Pair& b) { return b < a; }
  friend PairMask<P> operator<=(const Pair& a, const Pair& b) { return {a.first <= b.first, a.second <= b.second}; }
  friend Pair select(const PairMask<P>& mask, const Pair& yes, const Pair& no) {
    return {xsimd::select(mask.first, yes.first, no.first), xsimd::select(mask.second, yes.second, no.second)};
  }
  friend Pair abs(const Pair& a) { return {xsimd::abs(a.first), xsimd::abs(a.second)}; }
  friend Pair sqrt(const Pair& a) { return {xsimd::sqrt(a.first), xsimd::sqrt(a.second)}; }
  friend Pair exp(const Pair& a) { return {xsimd::exp(a.first), xsimd::exp(a.second)}; }
  friend Pair ceil(const Pair& a) { return {xsimd::ceil(a.first), xsimd::ceil(a.second)}; }
  friend Pair nearbyint(const Pair& a) { return {xsimd::nearbyint(a.first), xsimd::nearbyint(a.second)}; }
  friend Pair max(const Pair& a, const Pair& b) {
    return {xsimd::max(a.first, b.first), xsimd::max(a.second, b.second)};
  }
};

}  // namespace femtobragg::simd
