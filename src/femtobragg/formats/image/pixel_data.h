// One frame's pixels on their way into or out of a file: photons or counts.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "femtobragg/model/image.h"
#include "femtobragg/model/pixel_state.h"

#pragma GCC visibility push(default)
namespace femtobragg::formats {

/// Pixels of the detector's whole image in raster order. Photons are float32; counts are int32, -1 where there is no
/// pixel, or none that is to be trusted.
using PixelData = std::variant<std::span<const float>, std::span<const std::int32_t>>;

/// What a file says of its own pixels, in the units of the stored numbers.
struct PixelRules {
  double most = std::numeric_limits<double>::infinity();    ///< the largest value that counts
  double least = -std::numeric_limits<double>::infinity();  ///< the least
  std::optional<double> pedestal{};                         ///< value of a pixel without photons
  std::optional<double> exposure_s{};                       ///< of the frame
  int bit_depth = 0;                 ///< of unsigned counts, where they are stored wider; 0: is not
  std::vector<PixelState> mask{};    ///< empty: the file has none
  std::vector<std::string> notes{};  ///< what is not used, a sentence each
};

/// Pixels that were read: floating point numbers, or integers of any width.
struct PixelArray {
  ImageShape shape;
  std::variant<std::vector<float>, std::vector<std::int64_t>> values;
  int unsigned_bits = 0;  ///< of the file's integers; 0: they have a sign, or are none
  int signed_bits = 0;    ///< the same of those with a sign
  PixelRules rules{};
};

/// One frame of a file.
struct StoredFrame {
  PixelArray pixels;
  std::size_t frames = 1;  ///< in the file
};

}  // namespace femtobragg::formats
#pragma GCC visibility pop
