// One frame's pixels on their way into or out of a file: photons or counts.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "femtobragg/model/image.h"

namespace femtobragg::formats {

/// Pixels of the detector's whole image in raster order. Photons are float32; counts are int32, -1 where there is no
/// pixel, or none that is to be trusted.
using PixelData = std::variant<std::span<const float>, std::span<const std::int32_t>>;

/// Pixels that were read, in the kind of number that the file holds.
struct PixelArray {
  ImageShape shape;
  std::variant<std::vector<float>, std::vector<std::int32_t>> values;
};

}  // namespace femtobragg::formats
