// From photons to the integers of a detector: offset, scale, counting noise, clipping.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "femtobragg/model/coverage.h"
#include "femtobragg/model/image.h"

namespace femtobragg {

/// A random count of the given mean.
using PoissonDeviate = std::function<double(double mean)>;

/// What could not be stored as it was.
struct ResponseCounts {
  double photons = 0;           ///< counted on the noise image
  std::uint64_t overloads = 0;  ///< clipped at 65535
  std::uint64_t unusable = 0;   ///< not a number, or below zero with their offset: stored as zero
};

/// One row of the noiseless integer image: round(photons x scale + offset), clipped to 16 bits.
/// Zero outside the region of interest; masked pixels hold the offset.
void scaled_row(const Image& image, const Coverage& coverage, std::size_t slow, double scale, double offset,
                std::span<std::uint16_t> row, ResponseCounts& counts);

/// One row with counting noise: poisson(photons) + offset, clipped to 16 bits. Zero outside the region of interest.
/// Deviates are drawn in the order of the pixels, so rows must be asked for in order.
void noisy_row(const Image& image, const Coverage& coverage, std::size_t slow, double offset, const PoissonDeviate& poisson,
               std::span<std::uint16_t> row, ResponseCounts& counts);

/// One row of grey values: photons x scale, clipped to 8 bits. Zero outside the region of interest.
void grey_row(const Image& image, const Coverage& coverage, std::size_t slow, double scale, std::span<std::uint8_t> row);

}  // namespace femtobragg
