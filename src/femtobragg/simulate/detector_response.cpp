// Digitisation, one row at a time so that no second image is kept in memory.
#include "femtobragg/simulate/detector_response.h"

#include <algorithm>
#include <cmath>

namespace femtobragg {
namespace {

constexpr double full_well = 65535.0;

}  // namespace

void scaled_row(const Image& image, const Panel& panel, std::size_t slow, double scale, double offset,
                std::span<std::uint16_t> row, ResponseCounts& counts) {
  const std::span<const float> photons = image.row(slow);
  for (std::size_t fast = 0; fast < row.size(); ++fast) {
    row[fast] = 0;
    if (!panel.region.contains(fast, slow)) continue;
    const double value = static_cast<double>(photons[fast]) * scale + offset;
    if (std::isnan(value)) ++counts.unusable;
    if (!(value >= 0)) continue;
    const float rounded = std::floor(static_cast<float>(std::min(value, full_well) + 0.5));
    row[fast] = static_cast<std::uint16_t>(std::min(rounded, 65535.0f));
  }
}

void noisy_row(const Image& image, const Panel& panel, std::size_t slow, double offset, const PoissonDeviate& poisson,
               std::span<std::uint16_t> row, ResponseCounts& counts) {
  const std::span<const float> photons = image.row(slow);
  for (std::size_t fast = 0; fast < row.size(); ++fast) {
    row[fast] = 0;
    if (!panel.region.contains(fast, slow)) continue;
    const double mean = static_cast<double>(photons[fast]);
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
    row[fast] = static_cast<std::uint16_t>(value);
  }
}

void grey_row(const Image& image, const Panel& panel, std::size_t slow, double scale, std::span<std::uint8_t> row) {
  const std::span<const float> photons = image.row(slow);
  for (std::size_t fast = 0; fast < row.size(); ++fast) {
    const double value = panel.region.contains(fast, slow) ? static_cast<double>(photons[fast]) * scale : 0.0;
    row[fast] = value > 0 ? static_cast<std::uint8_t>(std::min(value, 255.0)) : std::uint8_t{0};
  }
}

}  // namespace femtobragg
