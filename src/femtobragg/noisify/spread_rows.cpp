// The same loops, compiled for each instruction set. Nothing here may fuse a product with a sum.
#include "femtobragg/noisify/spread_rows.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace femtobragg::noisify {
namespace {

constexpr std::int64_t lanes = 8;
constexpr std::int64_t packs = targets_at_once / lanes;

using Doubles = double __attribute__((vector_size(lanes * sizeof(double))));
using Floats = float __attribute__((vector_size(lanes * sizeof(float))));
using Indices = std::int64_t __attribute__((vector_size(lanes * sizeof(std::int64_t))));

#define FB_INLINE [[gnu::always_inline]] inline

template <class Pack, class T>
FB_INLINE void load(Pack& pack, const T* from) {
  std::memcpy(&pack, from, sizeof pack);
}

/// target + light, rounded once.
FB_INLINE void add_light(Floats& target, const Doubles& light) {
  target = __builtin_convertvector(__builtin_convertvector(target, Doubles) + light, Floats);
}

/// Sources at one distance along the row, one for each target; without those that do not reach so far.
template <bool all>
FB_INLINE void add_distance(const SourceRow& s, std::int64_t first, std::int64_t distance, Floats (&targets)[packs]) {
  const double kernel = s.kernel[distance];
  const double square = static_cast<double>(distance * distance) + s.slow_square;
  for (std::int64_t p = 0; p < packs; ++p) {
    const std::int64_t source = first + p * lanes - distance;
    Doubles photons;
    load(photons, s.photons + source);
    if constexpr (!all) {
      Doubles squares;
      load(squares, s.squares + source);
      photons = squares >= square ? photons : Doubles{};
    }
    add_light(targets[p], photons * kernel);
  }
}

/// From the sources on the left, which come first, to those on the right.
FB_INLINE void add_row_inline(const SourceRow& s, float* targets) {
  for (std::int64_t first = 0; first < s.columns; first += targets_at_once) {
    Floats sums[packs];
    std::memcpy(&sums, targets + first, sizeof sums);
    const std::int64_t most = std::min(s.reach, first + targets_at_once - 1);
    const std::int64_t least = std::max(-s.reach, first - (s.columns - 1));
    std::int64_t distance = most;
    for (; distance >= least && distance > s.common; --distance) add_distance<false>(s, first, distance, sums);
    for (; distance >= least && distance >= -s.common; --distance) add_distance<true>(s, first, distance, sums);
    for (; distance >= least; --distance) add_distance<false>(s, first, distance, sums);
    std::memcpy(targets + first, &sums, sizeof sums);
  }
}

FB_INLINE void add_pack(const PointSource& s, std::int64_t first, const Doubles& kernel, float* targets) {
  Floats sums;
  load(sums, targets + first);
  add_light(sums, kernel * s.photons);
  std::memcpy(targets + first, &sums, sizeof sums);
}

/// The first and the last pack have lanes beyond the reach.
FB_INLINE void add_point_inline(const PointSource& s, std::int64_t columns, float* targets) {
  const std::int64_t begin = std::max<std::int64_t>(0, s.column - s.reach);
  const std::int64_t end = std::min(columns, s.column + s.reach + 1);
  for (std::int64_t first = begin / lanes * lanes; first < end; first += lanes) {
    Doubles kernel;
    load(kernel, s.kernel + (first - s.column));
    if (first < begin || first + lanes > end) {
      const Indices at = Indices{0, 1, 2, 3, 4, 5, 6, 7} + first;
      kernel = ((at >= begin) & (at < end)) ? kernel : Doubles{};
    }
    add_pack(s, first, kernel, targets);
  }
}

#define FB_ROW_SUMS(name, attribute)                                                            \
  attribute void name##_row(const SourceRow& s, float* targets) { add_row_inline(s, targets); } \
  attribute void name##_point(const PointSource& s, std::int64_t columns, float* targets) {     \
    add_point_inline(s, columns, targets);                                                      \
  }                                                                                             \
  constexpr RowSums name{name##_row, name##_point};

FB_ROW_SUMS(baseline, )
#ifdef __x86_64__
FB_ROW_SUMS(avx2, [[gnu::target("avx2")]])
FB_ROW_SUMS(avx512, [[gnu::target("avx512f,avx512vl,avx512dq")]])
#endif

}  // namespace

const RowSums& row_sums() {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
    return avx512;
  if (__builtin_cpu_supports("avx2")) return avx2;
#endif
  return baseline;
}

}  // namespace femtobragg::noisify
