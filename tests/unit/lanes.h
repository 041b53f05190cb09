// One number in every lane of a pack, and back.
#pragma once

#include <gtest/gtest.h>

#include <array>

#include "femtobragg/base/simd.h"

namespace femtobragg::tests {

/// What every processor of this kind has.
#if XSIMD_WITH_SSE2
using BaselineSet = simd::Baseline;
#else
using BaselineSet = simd::Neon;
#endif

template <class Real>
using Lanes = simd::Pack<Real, BaselineSet>;

/// The number that all lanes hold.
template <class P>
double only_value(const P& pack) {
  alignas(simd::alignment) std::array<typename P::value_type, simd::lanes<P>> lanes;
  simd::store(lanes.data(), pack);
  for (const auto lane : lanes) EXPECT_EQ(lane, lanes[0]);
  return static_cast<double>(lanes[0]);
}

}  // namespace femtobragg::tests
