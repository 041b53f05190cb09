// Which reflection each pixel belongs to.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "femtobragg/model/experiment.h"

namespace femtobragg {

using HklOfPixel = std::array<std::int16_t, 3>;
/// Of pixels that no reflection lights, are masked, or lie outside the region of interest.
inline constexpr HklOfPixel no_reflection = {INT16_MIN, INT16_MIN, INT16_MIN};

/// For each pixel of a panel (n_slow x n_fast) the reflection that gives most of the photons at its centre, all rays
/// and orientations considered. `threads`: 0 for all cores.
std::vector<HklOfPixel> hkl_map_of(const Experiment& experiment, std::size_t panel, int threads);

}  // namespace femtobragg
