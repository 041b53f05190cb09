// Finds which reflection each pixel belongs to.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "femtobragg/kernel/plan.h"

namespace femtobragg {

using HklOfPixel = std::array<std::int16_t, 3>;
/// Marks pixels that no reflection lights, that are masked, or that lie outside the region of interest.
inline constexpr HklOfPixel no_reflection = {INT16_MIN, INT16_MIN, INT16_MIN};

/// For each pixel of a panel (n_slow x n_fast), the reflection that contributes most of the photons at its centre, over
/// all rays and orientations. `threads`: 0 for all cores. Passes on the exceptions of computing a pixel.
std::vector<HklOfPixel> hkl_map_of(const kernel::Plan& plan, std::size_t panel, int threads);

}  // namespace femtobragg
