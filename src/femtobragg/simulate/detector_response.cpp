// Digitisation, one row at a time so that no second image is kept in memory.
#include "femtobragg/simulate/detector_response.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace femtobragg {
namespace {

constexpr double full_well = 65535.0;

/// Pixels of a row that are in the region of interest; the others of `row` are set to zero.
template <class T>
std::span<T> rendered_part(const Coverage& coverage, std::size_t slow, std::span<T> row) {
  std::ranges::fill(row, T{0});
  const RegionOfInterest& roi = coverage.region;
  if (slow < roi.slow_begin || slow >= roi.slow_end) return {};
  return row.subspan(roi.fast_begin, roi.width());
}

/// Fills a row of the whole image; `count` makes a whole number of photons, and is asked in the order of the pixels.
template <class Count>
void fill_counts(const Image& image, const Detector& detector, std::size_t slow, std::span<std::int32_t> row,
                 ResponseCounts& counts, Count&& count) {
  constexpr double largest = std::numeric_limits<std::int32_t>::max();
  std::vector<const Panel*> panels;
  for (const Panel& panel : detector.panels) {
    const RegionOfInterest region = panel.rendered_region();
    if (slow >= panel.data_slow + region.slow_begin && slow < panel.data_slow + region.slow_end)
      panels.push_back(&panel);
  }
  std::ranges::sort(panels, {}, &Panel::data_fast);
  std::ranges::fill(row, -1);
  const std::span<const float> photons = image.row(slow);
  for (const Panel* panel : panels) {
    const RegionOfInterest region = panel->rendered_region();
    for (std::size_t fast = region.fast_begin; fast < region.fast_end; ++fast) {
      const std::size_t at = panel->data_fast + fast;
      const double mean = static_cast<double>(photons[at]);
      if (std::isnan(mean)) {
        ++counts.unusable;
        continue;
      }
      const double counted = count(mean);
      if (panel->masked(fast, slow - panel->data_slow)) continue;
      counts.photons += counted;
      const double saturation = std::floor(panel->saturation);
      counts.overloads += counted > saturation || counted > largest;
      row[at] = static_cast<std::int32_t>(std::clamp(counted, 0.0, std::min(saturation + 1, largest)));
    }
  }
}

}  // namespace

void scaled_row(const Image& image, const Coverage& coverage, std::size_t slow, double scale, double offset,
                std::span<std::uint16_t> row, ResponseCounts& counts) {
  const std::span<std::uint16_t> rendered = rendered_part(coverage, slow, row);
  const float* const photons = image.row(slow).data() + coverage.region.fast_begin;
  std::uint32_t unusable = 0, overloads = 0;
  // Without branches and calls, so that compilers can vectorise it.
  for (std::size_t i = 0; i < rendered.size(); ++i) {
    const double value = static_cast<double>(photons[i]) * scale + offset;
    unusable += std::isnan(value);
    overloads += value > full_well;
    const double clipped = value >= 0 ? std::min(value, full_well) : 0.0;
    rendered[i] = static_cast<std::uint16_t>(static_cast<std::int32_t>(static_cast<float>(clipped + 0.5)));
  }
  counts.unusable += unusable;
  counts.overloads += overloads;
}

void noisy_row(const Image& image, const Coverage& coverage, std::size_t slow, double offset,
               const PoissonDeviate& poisson, std::span<std::uint16_t> row, ResponseCounts& counts) {
  const std::span<std::uint16_t> rendered = rendered_part(coverage, slow, row);
  const float* const photons = image.row(slow).data() + coverage.region.fast_begin;
  for (std::size_t i = 0; i < rendered.size(); ++i) {
    const double mean = static_cast<double>(photons[i]);
    if (std::isnan(mean)) {
      ++counts.unusable;
      continue;
    }
    const double counted = poisson(mean);
    counts.photons += counted;
    double value = counted + offset;
    if (!(value >= 0)) {
      ++counts.unusable;
      continue;
    }
    if (value > full_well) {
      value = full_well;
      ++counts.overloads;
    }
    rendered[i] = static_cast<std::uint16_t>(value);
  }
}

void counted_row(const Image& image, const Detector& detector, std::size_t slow, const PoissonDeviate& poisson,
                 std::span<std::int32_t> row, ResponseCounts& counts) {
  fill_counts(image, detector, slow, row, counts, poisson);
}

void rounded_row(const Image& image, const Detector& detector, std::size_t slow, std::span<std::int32_t> row,
                 ResponseCounts& counts) {
  fill_counts(image, detector, slow, row, counts, [](double photons) { return std::floor(photons + 0.5); });
}

template <class From, class To>
void stored_row(std::span<const From> values, double scale, double offset, std::span<To> row, StoredCounts& counts) {
  constexpr double least = std::numeric_limits<To>::min(), most = std::numeric_limits<To>::max();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = std::floor(static_cast<double>(values[i]) * scale + offset + 0.5);
    counts.not_numbers += std::isnan(value);
    counts.too_small += value < least;
    counts.too_large += value > most;
    row[i] = std::isnan(value) ? To{0} : static_cast<To>(std::clamp(value, least, most));
  }
}
template void stored_row(std::span<const float>, double, double, std::span<std::uint16_t>, StoredCounts&);
template void stored_row(std::span<const float>, double, double, std::span<std::int32_t>, StoredCounts&);
template void stored_row(std::span<const std::int32_t>, double, double, std::span<std::uint16_t>, StoredCounts&);
template void stored_row(std::span<const std::int32_t>, double, double, std::span<std::int32_t>, StoredCounts&);
template void stored_row(std::span<const std::int64_t>, double, double, std::span<std::uint16_t>, StoredCounts&);
template void stored_row(std::span<const std::int64_t>, double, double, std::span<std::int32_t>, StoredCounts&);

void grey_row(const Image& image, const Coverage& coverage, std::size_t slow, double scale,
              std::span<std::uint8_t> row) {
  const std::span<std::uint8_t> rendered = rendered_part(coverage, slow, row);
  const float* const photons = image.row(slow).data() + coverage.region.fast_begin;
  for (std::size_t i = 0; i < rendered.size(); ++i) {
    const double value = static_cast<double>(photons[i]) * scale;
    const double clipped = value > 0 ? std::min(value, 255.0) : 0.0;
    rendered[i] = static_cast<std::uint8_t>(static_cast<std::int32_t>(clipped));
  }
}

}  // namespace femtobragg
