// Packs of numbers that one instruction handles. The only place that names the SIMD library (xsimd).
#pragma once

#include <cstddef>
#include <type_traits>
#include <xsimd/xsimd.hpp>

#include "femtobragg/base/lane.h"

namespace femtobragg {

template <class T, class Set>
struct EachLane<xsimd::batch<T, Set>> {
  using Pack = xsimd::batch<T, Set>;
  template <class F>
  static Pack of(const Pack& x, F&& f) {
    alignas(64) T lane[Pack::size];
    x.store_aligned(lane);
    for (T& number : lane) number = static_cast<T>(f(number));
    return Pack::load_aligned(lane);
  }
  template <class F>
  static Pack of(const Pack& x, const Pack& y, const Pack& z, F&& f) {
    alignas(64) T lanes[3][Pack::size];
    x.store_aligned(lanes[0]);
    y.store_aligned(lanes[1]);
    z.store_aligned(lanes[2]);
    for (std::size_t i = 0; i < Pack::size; ++i) lanes[0][i] = static_cast<T>(f(lanes[0][i], lanes[1][i], lanes[2][i]));
    return Pack::load_aligned(lanes[0]);
  }
};

}  // namespace femtobragg

namespace femtobragg::simd {

// Instruction sets, as far as the compiler's flags for this file allow them.
#if XSIMD_WITH_SSE2
using Baseline = xsimd::sse2;
#endif
#if XSIMD_WITH_FMA3_AVX2
using Avx2 = xsimd::fma3<xsimd::avx2>;
#endif
#if XSIMD_WITH_AVX512DQ
using Avx512 = xsimd::avx512dq;
#endif
#if XSIMD_WITH_NEON64
using Neon = xsimd::neon64;
#endif

/// As many numbers of type T as fit into a register of the instruction set. Arithmetic, `select`, `sqrt` and so on work
/// lane by lane.
template <class T, class Set>
using Pack = xsimd::batch<T, Set>;

namespace detail {
template <class Set, bool wide = (Pack<double, Set>::size > 4)>
struct AxisPack {
  using type = Pack<double, Set>;
};
#if XSIMD_WITH_FMA3_AVX2
template <class Set>
struct AxisPack<Set, true> {
  using type = Pack<double, Avx2>;
};
#endif
}  // namespace detail

/// A pack of at most four doubles: for the three axes of a crystal, and one to fill up.
template <class Set>
using AxisPack = typename detail::AxisPack<Set>::type;

/// Arrays from which packs are loaded are aligned to this many bytes.
inline constexpr std::size_t alignment = 64;

template <class P>
inline constexpr std::size_t lanes = P::size;

template <class P>
P load(const typename P::value_type* from) {
  return P::load_aligned(from);
}

template <class P>
void store(typename P::value_type* to, const P& pack) {
  pack.store_aligned(to);
}

/// The number in the first lane.
template <class P>
typename P::value_type first(const P& pack) {
  alignas(alignment) typename P::value_type lane[lanes<P>];
  store(lane, pack);
  return lane[0];
}

/// The numbers at integer offsets from `origin`.
template <class T, class Set>
Pack<T, Set> lookup(const T* origin, const Pack<T, Set>& offset) {
  if constexpr (std::is_same_v<T, float>) {
    return Pack<T, Set>::gather(origin, xsimd::to_int(offset));
  } else {
    alignas(alignment) T at[Pack<T, Set>::size], found[Pack<T, Set>::size];
    store(at, offset);
    for (std::size_t i = 0; i < Pack<T, Set>::size; ++i) found[i] = origin[static_cast<std::ptrdiff_t>(at[i])];
    return load<Pack<T, Set>>(found);
  }
}

}  // namespace femtobragg::simd
