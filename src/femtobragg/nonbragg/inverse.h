// The other way round: from the pixels of an image to a table of structure factors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "femtobragg/nonbragg/pixel.h"

namespace femtobragg::nonbragg {

/// The pixels that are nearest to a row of the table.
struct Bin {
  std::size_t count = 0;
  float mean = 0, rmsd = 0;
};

/// A bin for each row of the table. `pixels`: of the image, one for each of the rendering. Throws Error(Usage) if it
/// has another number of pixels.
std::vector<Bin> bins_of(const Setup& setup, const Rendering& rendering, std::span<const std::uint16_t> pixels);

/// Bins with fewer pixels are not written.
inline constexpr std::size_t least_pixels = 101;
/// Lines of s, mean, rmsd, median, median deviation (both are zero) and number of pixels.
std::string table_text(const Setup& setup, std::span<const Bin> bins);

}  // namespace femtobragg::nonbragg
