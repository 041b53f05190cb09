// Digitisation, one row at a time so that no second image is kept in memory.
#include "femtobragg/simulate/detector_response.h"

#include <algorithm>
#include <cmath>

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

}  // namespace

void scaled_row(const Image& image, const Coverage& coverage, std::size_t slow, double scale, double offset,
                std::span<std::uint16_t> row, ResponseCounts& counts) {
  const std::span<std::uint16_t> rendered = rendered_part(coverage, slow, row);
  const float* const photons = image.row(slow).data() + coverage.region.fast_begin;
  std::uint32_t unusable = 0;
  // Without branches and calls, so that compilers can vectorise it.
  for (std::size_t i = 0; i < rendered.size(); ++i) {
    const double value = static_cast<double>(photons[i]) * scale + offset;
    unusable += std::isnan(value);
    const double clipped = value >= 0 ? std::min(value, full_well) : 0.0;
    rendered[i] = static_cast<std::uint16_t>(static_cast<std::int32_t>(static_cast<float>(clipped + 0.5)));
  }
  counts.unusable += unusable;
}

void noisy_row(const Image& image, const Coverage& coverage, std::size_t slow, double offset, const PoissonDeviate& poisson,
               std::span<std::uint16_t> row, ResponseCounts& counts) {
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

void grey_row(const Image& image, const Coverage& coverage, std::size_t slow, double scale, std::span<std::uint8_t> row) {
  const std::span<std::uint8_t> rendered = rendered_part(coverage, slow, row);
  const float* const photons = image.row(slow).data() + coverage.region.fast_begin;
  for (std::size_t i = 0; i < rendered.size(); ++i) {
    const double value = static_cast<double>(photons[i]) * scale;
    const double clipped = value > 0 ? std::min(value, 255.0) : 0.0;
    rendered[i] = static_cast<std::uint8_t>(static_cast<std::int32_t>(clipped));
  }
}

}  // namespace femtobragg
