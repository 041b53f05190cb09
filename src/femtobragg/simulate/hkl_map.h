// Which reflection each pixel belongs to.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "femtobragg/kernel/plan.h"

namespace femtobragg {

using HklOfPixel = std::array<std::int16_t, 3>;
/// Of pixels that no reflection lights, are masked, or lie outside the region of interest.
inline constexpr HklOfPixel no_reflection = {INT16_MIN, INT16_MIN, INT16_MIN};

/// For each pixel of a panel (n_slow x n_fast) the reflection that gives most of the photons at its centre, all rays
/// and orientations considered. `threads`: 0 for all cores. Throws what computing a pixel throws.
std::vector<HklOfPixel> hkl_map_of(const kernel::Plan& plan, std::size_t panel, int threads);

}  // namespace femtobragg
