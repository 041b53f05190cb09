// Robust statistics of blocks of pixels, and the one scale that follows from them.
#include "femtobragg/formats/picture/tones.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace femtobragg::formats {
namespace {

/// The tone of the background's upper end where spots are much brighter.
constexpr double background_tone = 0.3;
/// Between the narrowest scale and the brightest spots.
constexpr double most_range = 1e6;
/// Spots stand out of their block by so many of its standard deviations.
constexpr double spot_sigmas = 6;

double value_at(std::vector<float>& values, double percentile) {
  if (values.empty()) return 0;
  const auto rank =
      static_cast<std::ptrdiff_t>(std::clamp(percentile, 0.0, 100.0) / 100.0 * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, values.begin() + rank);
  return static_cast<double>(values[static_cast<std::size_t>(rank)]);
}

/// Of the values but for the highest twentieth: where most pixels are equal, as in images of few counts.
double trimmed_deviation(std::vector<float>& values) {
  const double top = value_at(values, 95);
  double sum = 0, squares = 0, count = 0;
  for (const float value : values) {
    const double v = static_cast<double>(value);
    if (v > top) continue;
    sum += v, squares += v * v, ++count;
  }
  return std::sqrt(std::max(0.0, squares / count - sum / count * (sum / count)));
}

struct BlockStatistics {
  double median = 0, deviation = 0;
};

BlockStatistics statistics_of_block(std::vector<float>& values, std::vector<float>& deviations) {
  constexpr double sigma_of_mad = 1.4826;  // of a normal distribution
  BlockStatistics block{value_at(values, 50), 0};
  deviations.clear();
  for (const float value : values) deviations.push_back(std::abs(value - static_cast<float>(block.median)));
  block.deviation = sigma_of_mad * value_at(deviations, 50);
  if (block.deviation == 0) block.deviation = trimmed_deviation(values);
  return block;
}

/// What the blocks of an image say: the ends of its background, and the pixels that stand out.
struct ImageStatisticsOfBlocks {
  std::vector<float> lower, upper, spots;
  float largest = 0, smallest = 0;
};

ImageStatisticsOfBlocks survey(const Image& image) {
  constexpr std::size_t enough_pixels = 2 << 20;
  const std::size_t edge = std::clamp<std::size_t>(std::min(image.n_fast, image.n_slow) / 8, 4, 32);
  // In large images a part of the blocks suffices.
  const std::size_t stride = image.pixels.size() / enough_pixels + 1;
  ImageStatisticsOfBlocks found;
  bool any = false;
  std::vector<float> values, deviations;
  std::size_t number = 0;
  for (std::size_t slow = 0; slow < image.n_slow; slow += edge)
    for (std::size_t fast = 0; fast < image.n_fast; fast += edge) {
      if (number++ % stride != 0) continue;
      values.clear();
      for (std::size_t s = slow; s < std::min(slow + edge, image.n_slow); ++s)
        for (const float value : image.row(s).subspan(fast, std::min(edge, image.n_fast - fast)))
          if (std::isfinite(value)) values.push_back(value);
      if (values.empty()) continue;
      const BlockStatistics block = statistics_of_block(values, deviations);
      found.lower.push_back(static_cast<float>(block.median - 1.5 * block.deviation));
      found.upper.push_back(static_cast<float>(block.median + 2 * block.deviation));
      const double threshold = block.median + spot_sigmas * block.deviation;
      for (const float value : values) {
        if (static_cast<double>(value) > threshold) found.spots.push_back(value);
        found.largest = any ? std::max(found.largest, value) : value;
        found.smallest = any ? std::min(found.smallest, value) : value;
        any = true;
      }
    }
  return found;
}

double percentile_of_image(const Image& image, double percentile) {
  constexpr std::size_t enough = 1 << 20;
  const std::size_t stride = image.pixels.size() / enough + 1;
  std::vector<float> sample;
  for (std::size_t i = 0; i < image.pixels.size(); i += stride)
    if (std::isfinite(image.pixels[i])) sample.push_back(image.pixels[i]);
  return value_at(sample, percentile);
}

/// The width with which the background's upper end gets its tone. Both are counted from the least value.
double width_for(double background, double range) {
  if (background >= background_tone * range) return std::numeric_limits<double>::infinity();
  double low = std::log(range / most_range), high = std::log(range * 100);
  for (int step = 0; step < 60; ++step) {
    const double middle = 0.5 * (low + high), width = std::exp(middle);
    (std::asinh(background / width) > background_tone * std::asinh(range / width) ? low : high) = middle;
  }
  return std::exp(0.5 * (low + high));
}

}  // namespace

double Tones::of(double value) const {
  if (!(value > least)) return 0;
  if (value >= most) return 1;
  const double above = value - least, range = most - least;
  return std::isinf(width) ? above / range : std::asinh(above / width) / std::asinh(range / width);
}

double Tones::value_at(double tone) const {
  const double range = most - least;
  return least + (std::isinf(width) ? tone * range : width * std::sinh(tone * std::asinh(range / width)));
}

Tones tones_of(const Image& image, const PreviewOptions& options) {
  ImageStatisticsOfBlocks found = survey(image);
  Tones tones;
  tones.least = std::max(value_at(found.lower, 2), static_cast<double>(found.smallest));
  double background = std::max(value_at(found.upper, 98), tones.least);
  const double spots = found.spots.empty() ? background : value_at(found.spots, 99);
  tones.most = std::max(options.percentile ? percentile_of_image(image, *options.percentile) : spots, tones.least);
  // A few spots on an empty ground.
  if (!(tones.most > tones.least)) tones.most = std::max(static_cast<double>(found.largest), tones.least);
  // Without any background the faintest spots, or single counts, get its tone.
  if (!(background > tones.least) && !found.spots.empty()) background = value_at(found.spots, 10);
  const double range = tones.most - tones.least;
  if (options.scale == GreyScale::Log && range > 0) tones.width = width_for(background - tones.least, range);
  return tones;
}

}  // namespace femtobragg::formats
