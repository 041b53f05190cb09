// Whether a dense table suits a list of reflections, and which row makes it too large; how large amplitudes may be.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "femtobragg/model/structure_factors.h"

namespace femtobragg {

/// Squares of larger ones, times those of cells and times photons, leave the range of an image's numbers.
inline constexpr double largest_amplitude = 1e15;

struct IndexRanges {
  HklBox box;
  std::array<std::size_t, 3> furthest{};  ///< the reflection furthest from zero along each axis
};

/// The ranges of a list that is not empty.
IndexRanges ranges_of(const std::vector<Reflection>& reflections);

/// A table has at most 16,777,216 values, or 100 per reflection if that is more: one stray index would fill the memory.
/// Throws Error(Runtime) that names the row of the furthest index, by `row_of` its axis.
void require_filled(const HklBox& box, std::uint64_t reflections, const std::string& where,
                    const std::function<std::string(std::size_t axis)>& row_of);

}  // namespace femtobragg
