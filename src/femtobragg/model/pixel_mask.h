// Which pixels of an image are not to be used, and why, in the bits of NeXus.
#pragma once

#include <cstdint>
#include <vector>

#include "femtobragg/model/detector.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// Bits of `pixel_mask` in the NeXus base class NXdetector (NeXus definitions, 2024); 0: the pixel counts.
namespace pixel_bits {
inline constexpr std::uint32_t gap = 1U << 0;              ///< there is no sensor
inline constexpr std::uint32_t dead = 1U << 1;             ///< it gives nothing
inline constexpr std::uint32_t over_responding = 1U << 3;  ///< it is always full
inline constexpr std::uint32_t user = 1U << 8;             ///< left out by choice, and in the shadow of a beam stop
}  // namespace pixel_bits

/// Bits of the detector's whole image in raster order.
using PixelMask = std::vector<std::uint32_t>;

/// Gaps between panels, pixels that are masked and those that are not rendered.
PixelMask mask_of_panels(const Detector& detector);

}  // namespace femtobragg
#pragma GCC visibility pop
