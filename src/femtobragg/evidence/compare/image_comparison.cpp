// Sums over pixels in double precision; means first, so that correlations of faint images keep their digits.
#include "femtobragg/evidence/compare/image_comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace femtobragg::evidence {
namespace {

using Counts = std::span<const std::uint8_t>;

template <class Visit>
void for_each_pixel(const Image& first, const Image& second, const ImageRegion& region, Counts counts, Visit&& visit) {
  for (std::size_t slow = region.slow_begin; slow < region.slow_end; ++slow)
    for (std::size_t fast = region.fast_begin; fast < region.fast_end; ++fast)
      if (counts.empty() || counts[slow * first.n_fast + fast])
        visit(static_cast<double>(first.row(slow)[fast]), static_cast<double>(second.row(slow)[fast]),
              PixelPlace{fast, slow});
}

double correlation_of(const Image& first, const Image& second, const ImageRegion& region, Counts counts,
                      const ImageComparison& c) {
  if (c.max_abs_diff == 0 && c.not_finite == 0 && c.pixels > 0) return 1;
  const double count = static_cast<double>(c.pixels), mean_first = c.sum_first / count,
               mean_second = c.sum_second / count;
  double squares_first = 0, squares_second = 0, products = 0;
  for_each_pixel(first, second, region, counts, [&](double a, double b, PixelPlace) {
    squares_first += (a - mean_first) * (a - mean_first);
    squares_second += (b - mean_second) * (b - mean_second);
    products += (a - mean_first) * (b - mean_second);
  });
  return products / (std::sqrt(squares_first) * std::sqrt(squares_second));
}

double ratio_of(double second, double first) { return first == 0 && second == 0 ? 1 : second / first; }

/// Where nothing counts there is no peak.
std::vector<Peak> peaks_of(const Image& image, const ImageRegion& region, Counts counts) {
  if (counts.empty()) return find_peaks(image, region);
  Image counted = image;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (!counts[i]) counted.pixels[i] = 0;
  return find_peaks(counted, region);
}

}  // namespace

ImageComparison compare_images(const Image& first, const Image& second, const ImageRegion& region, Counts counts) {
  ImageComparison c;
  double squared_differences = 0;
  for_each_pixel(first, second, region, counts, [&](double a, double b, PixelPlace place) {
    ++c.pixels;
    if (!std::isfinite(a) || !std::isfinite(b)) ++c.not_finite;
    c.sum_first += a;
    c.sum_second += b;
    c.max_first = std::max(c.max_first, a);
    c.max_second = std::max(c.max_second, b);
    const double difference = std::abs(b - a), magnitude = std::max(std::abs(a), std::abs(b));
    squared_differences += difference * difference;
    // What is no number differs most.
    const double ranked = std::isfinite(difference) ? difference : std::numeric_limits<double>::infinity();
    if (ranked > c.max_abs_diff) {
      c.max_abs_diff = ranked;
      c.max_abs_at = place;
    }
    if (difference > c.max_rel_diff * magnitude) {
      c.max_rel_diff = difference / magnitude;
      c.max_rel_at = place;
    }
  });
  c.excluded = (region.fast_end - region.fast_begin) * (region.slow_end - region.slow_begin) - c.pixels;
  c.mse = squared_differences / static_cast<double>(c.pixels);
  c.rmse = std::sqrt(c.mse);
  c.sum_ratio = ratio_of(c.sum_second, c.sum_first);
  c.correlation = correlation_of(first, second, region, counts, c);
  c.peaks = match_peaks(peaks_of(first, region, counts), peaks_of(second, region, counts));
  return c;
}

Image resampled(const Image& image, const ImageShape& shape) {
  Image result = Image::zeros(shape.n_fast, shape.n_slow);
  const auto nearest = [](std::size_t i, std::size_t from, std::size_t to) {
    // The centre of pixel i of `to`, in pixels of `from`.
    const double centre = (static_cast<double>(i) + 0.5) * static_cast<double>(from) / static_cast<double>(to);
    return std::min(static_cast<std::size_t>(centre), from - 1);
  };
  for (std::size_t slow = 0; slow < shape.n_slow; ++slow) {
    const auto source = image.row(nearest(slow, image.n_slow, shape.n_slow));
    for (std::size_t fast = 0; fast < shape.n_fast; ++fast)
      result.row(slow)[fast] = source[nearest(fast, image.n_fast, shape.n_fast)];
  }
  return result;
}

Image difference_of(const Image& first, const Image& second) {
  Image result = first;
  for (std::size_t i = 0; i < result.pixels.size(); ++i) result.pixels[i] = second.pixels[i] - first.pixels[i];
  return result;
}

Image deviation_of(const Image& first, const Image& second, std::span<const std::uint8_t> counts) {
  Image result = difference_of(first, second);
  for (std::size_t i = 0; i < result.pixels.size(); ++i) {
    const double mean = 0.5 * (static_cast<double>(first.pixels[i]) + static_cast<double>(second.pixels[i]));
    const bool counted = counts.empty() || counts[i] != 0;
    result.pixels[i] = counted
                           ? static_cast<float>(static_cast<double>(result.pixels[i]) / std::sqrt(std::max(mean, 1.0)))
                           : std::numeric_limits<float>::quiet_NaN();
  }
  return result;
}

double usual_limit(const Image& deviation, const ImageRegion& region) {
  std::vector<float> sizes;
  for (std::size_t slow = region.slow_begin; slow < region.slow_end; ++slow)
    for (std::size_t fast = region.fast_begin; fast < region.fast_end; ++fast)
      if (const float value = deviation.row(slow)[fast]; std::isfinite(value)) sizes.push_back(std::abs(value));
  if (sizes.empty()) return 0;
  const auto rank = static_cast<std::ptrdiff_t>(0.999 * static_cast<double>(sizes.size() - 1));
  std::ranges::nth_element(sizes, sizes.begin() + rank);
  float limit = sizes[static_cast<std::size_t>(rank)];
  // A few pixels among equals.
  if (limit == 0) limit = std::ranges::max(sizes);
  if (limit == 0) return 0;
  const double power = std::pow(10, std::floor(std::log10(static_cast<double>(limit))));
  for (const double step : {1.0, 2.0, 5.0})
    if (step * power >= static_cast<double>(limit)) return step * power;
  return 10 * power;
}

}  // namespace femtobragg::evidence
