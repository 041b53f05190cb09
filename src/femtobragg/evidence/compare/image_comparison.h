// The usual measures of how much two images of the same shape differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "femtobragg/evidence/compare/peaks.h"
#include "femtobragg/model/image.h"

namespace femtobragg::evidence {

/// Pixels [fast_begin, fast_end) x [slow_begin, slow_end).
struct ImageRegion {
  std::size_t fast_begin = 0, fast_end = 0, slow_begin = 0, slow_end = 0;
};

struct PixelPlace {
  std::size_t fast = 0, slow = 0;
};

/// Differences are second minus first.
struct ImageComparison {
  std::size_t pixels = 0;      ///< number of compared pixels
  std::size_t excluded = 0;    ///< pixels of the region that are excluded
  std::size_t not_finite = 0;  ///< pixels that are not finite in one of the images
  /// Pearson's. 1 for equal images, whatever they contain; NaN if one image is flat, or not finite.
  double correlation = std::numeric_limits<double>::quiet_NaN();
  double mse = 0, rmse = 0;
  double max_abs_diff = 0;
  PixelPlace max_abs_at;
  double max_rel_diff = 0;  ///< relative to the larger magnitude of the two: from 0 to 2
  PixelPlace max_rel_at;
  double sum_first = 0, sum_second = 0;
  double sum_ratio = 1;  ///< second / first; 1 if both are zero
  double max_first = 0, max_second = 0;
  PeakMatch peaks;
};

/// Compares two images of the same shape; an empty region has no pixels. `counts`: one byte per pixel, 0: excluded;
/// empty: all are included.
ImageComparison compare_images(const Image& first, const Image& second, const ImageRegion& region,
                               std::span<const std::uint8_t> counts = {});

/// The nearest pixel of the image for each pixel of the new shape.
Image resampled(const Image& image, const ImageShape& shape);

/// Photons of the second image minus those of the first.
Image difference_of(const Image& first, const Image& second);
/// The same in standard deviations of counting: the root of the mean of both, and of at least one photon. NaN where
/// `counts` excludes a pixel.
Image deviation_of(const Image& first, const Image& second, std::span<const std::uint8_t> counts = {});
/// A round number that 999 of 1000 differences of the region do not exceed, positive or negative; 0 if all are zero.
double usual_limit(const Image& deviation, const ImageRegion& region);

}  // namespace femtobragg::evidence
