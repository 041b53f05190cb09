// Finds which reflection each pixel belongs to.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "femtobragg/backends/backend.h"

namespace femtobragg {

using HklOfPixel = std::array<std::int16_t, 3>;
/// Marks pixels that no reflection lights, that are masked, or that lie outside the region of interest.
inline constexpr HklOfPixel no_reflection = {INT16_MIN, INT16_MIN, INT16_MIN};

/// The centre of each pixel, at the mean depth of the sensor, with single amplitudes: a plan that has reflections
/// whatever rules the image follows.
kernel::Plan plan_of_centres(kernel::Plan plan);
/// Whether a plan is one already.
bool is_of_centres(const kernel::Plan& plan);

/// Writes, for each pixel of all panels, the reflection that brings most of the photons; with a tolerance, only where
/// all of them bring more than it. Other pixels are left alone. `row`: the first pixel of a row of a panel of
/// plan_of_centres(). Passes on the exceptions of computing a pixel.
void map_reflections(backends::Prepared& centres,
                     const std::function<HklOfPixel*(std::size_t panel, std::size_t slow)>& row,
                     const backends::Watch& watch = {});

}  // namespace femtobragg
