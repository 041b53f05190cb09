// From photons to the integers of a detector: offset, scale, counting noise, clipping.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "femtobragg/model/coverage.h"
#include "femtobragg/model/image.h"

namespace femtobragg {

/// A random count with the given mean.
using PoissonDeviate = std::function<double(double mean)>;

/// Pixels that could not be stored unchanged.
struct ResponseCounts {
  double photons = 0;           ///< counted on the noise image
  std::uint64_t overloads = 0;  ///< clipped at 65535, or at the saturation of a panel
  std::uint64_t unusable = 0;   ///< not a number, or negative even with the offset: stored as zero, in 32 bits as -1
};

/// One row of the noiseless integer image: round(photons x scale + offset), clipped to 16 bits.
/// Zero outside the region of interest; masked pixels hold the offset.
void scaled_row(const Image& image, const Coverage& coverage, std::size_t slow, double scale, double offset,
                std::span<std::uint16_t> row, ResponseCounts& counts);

/// One row with counting noise: poisson(photons) + offset, clipped to 16 bits. Zero outside the region of interest.
/// Deviates are drawn in the order of the pixels, so rows must be requested in order.
void noisy_row(const Image& image, const Coverage& coverage, std::size_t slow, double offset,
               const PoissonDeviate& poisson, std::span<std::uint16_t> row, ResponseCounts& counts);

/// One row of the detector's whole image with counting noise, for formats of 32 bits: poisson(photons), without an
/// offset; -1 where no panel renders a pixel or the pixel is masked. A saturated pixel gets the saturation plus one,
/// which readers interpret as overloaded. Deviates are drawn as in noisy_row(), whatever is masked.
void counted_row(const Image& image, const Detector& detector, std::size_t slow, const PoissonDeviate& poisson,
                 std::span<std::int32_t> row, ResponseCounts& counts);

/// The same without noise: photons rounded to whole numbers.
void rounded_row(const Image& image, const Detector& detector, std::size_t slow, std::span<std::int32_t> row,
                 ResponseCounts& counts);

/// Values that another number type could not hold.
struct StoredCounts {
  std::uint64_t too_large = 0, too_small = 0;  ///< stored as the largest and the smallest number
  std::uint64_t not_numbers = 0;               ///< stored as zero
};

/// round(value x scale + offset) as whole numbers. Converts float, int32 and int64 to uint16 and int32.
template <class From, class To>
void stored_row(std::span<const From> values, double scale, double offset, std::span<To> row, StoredCounts& counts);

/// One row of grey values: photons x scale, clipped to 8 bits. Zero outside the region of interest.
void grey_row(const Image& image, const Coverage& coverage, std::size_t slow, double scale,
              std::span<std::uint8_t> row);

}  // namespace femtobragg
