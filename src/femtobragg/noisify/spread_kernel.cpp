// Formulas of the kernels, and tables of what they give.
#include "femtobragg/noisify/spread_kernel.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "femtobragg/base/memory.h"
#include "femtobragg/noisify/spread_rows.h"

namespace femtobragg::noisify {

SpreadKernel::SpreadKernel(SpreadShape shape, double fwhm)
    : shape_(shape), width_(shape == SpreadShape::Fibre ? 0.652383013252053 * fwhm : fwhm) {}

double SpreadKernel::integral(double a, double b) const {
  if (shape_ == SpreadShape::Fibre)
    return std::atan(a * b / (width_ * std::sqrt(width_ * width_ + a * a + b * b))) / 2.0 / pi;
  a /= width_, b /= width_;
  return 0.125 * std::erf(2.0 * a * std::sqrt(std::log(2.0))) * std::erf(b * std::sqrt(std::log(16.0))) *
         std::sqrt(std::log(16.0) / std::log(2.0));
}

double SpreadKernel::value(std::int64_t fast, std::int64_t slow) const {
  const double x = static_cast<double>(fast), y = static_cast<double>(slow);
  return integral(x + 0.5, y + 0.5) - integral(x + 0.5, y - 0.5) - integral(x - 0.5, y + 0.5) +
         integral(x - 0.5, y - 0.5);
}

double SpreadKernel::radius(double photons) const {
  const double lost = std::sqrt(photons) / 10.0;
  if (shape_ == SpreadShape::Fibre) return 1 + std::ceil(width_ * photons / lost);
  return 1 + std::ceil(std::sqrt(-std::log(lost / photons) / std::log(16.0)) * width_);
}

double SpreadKernel::beyond(double photons, double tail) const {
  return shape_ == SpreadShape::Fibre ? photons * width_ / tail : photons * tail;
}

double SpreadKernel::tail(double radius) const {
  if (shape_ == SpreadShape::Fibre) return std::sqrt(width_ * width_ + radius * radius);
  return std::exp(-std::log(16.0) * (radius / width_) * (radius / width_));
}

KernelTable::KernelTable(const SpreadKernel& kernel, std::int64_t most_fast, std::int64_t most_slow)
    : most_slow_(most_slow), middle_(most_fast + targets_at_once), stride_(2 * middle_ + 1) {
  const auto rows = static_cast<std::uint64_t>(2 * most_slow + 1), columns = static_cast<std::uint64_t>(stride_);
  const auto bytes = checked_product({rows, columns, 2 * sizeof(double)});
  require_memory(bytes, "the kernel of the point spread", std::to_string(2 * most_fast + 1) + " pixels wide",
                 "give -psf_radius");
  values_.resize(rows * columns);
  // Corners of pixels, of which four pixels have each; by their signs, one quarter is enough.
  const std::int64_t corners = most_fast + 1;
  std::vector<double> quarter(static_cast<std::size_t>(corners * (most_slow + 1)));
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t slow = 0; slow <= most_slow; ++slow)
    for (std::int64_t fast = 0; fast < corners; ++fast)
      quarter[static_cast<std::size_t>(slow * corners + fast)] =
          kernel.integral(static_cast<double>(fast) + 0.5, static_cast<double>(slow) + 0.5);
  const auto corner = [&](std::int64_t fast, std::int64_t slow) {
    const bool left = fast < 0, above = slow < 0;
    const double value =
        quarter[static_cast<std::size_t>((above ? -1 - slow : slow) * corners + (left ? -1 - fast : fast))];
    return left != above ? -value : value;
  };
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t slow = -most_slow; slow <= most_slow; ++slow) {
    double* const values = values_.data() + (slow + most_slow_) * stride_ + middle_;
    for (std::int64_t fast = -most_fast; fast <= most_fast; ++fast)
      values[fast] = corner(fast, slow) - corner(fast, slow - 1) - corner(fast - 1, slow) + corner(fast - 1, slow - 1);
  }
}

RadiusTable::RadiusTable(const SpreadKernel& kernel, std::int64_t most, std::int64_t all)
    : kernel_(kernel), most_(most), all_(all) {
  if (all > 0) return;
  const auto begin_of = [](std::uint32_t bits) { return std::bit_cast<float>(bits << dropped_bits); };
  constexpr std::uint32_t end = std::bit_cast<std::uint32_t>(std::numeric_limits<float>::infinity()) >> dropped_bits;
  by_bits_.resize(end);
  // Rounding may leave the step between two radii ragged: both neighbours must agree.
  for (std::uint32_t bits = 1; bits + 2 < end; ++bits) {
    const std::int64_t before = exact(begin_of(bits - 1));
    if (before == exact(begin_of(bits + 2))) by_bits_[bits] = static_cast<std::int32_t>(before);
  }
}

std::int64_t RadiusTable::radius(float photons) const {
  if (all_ > 0) return std::min(all_, most_);
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(photons) >> dropped_bits;
  if (bits < by_bits_.size() && by_bits_[bits] > 0) return by_bits_[bits];
  return exact(photons);
}

std::int64_t RadiusTable::exact(float photons) const {
  const double wanted = kernel_.radius(static_cast<double>(photons));
  if (std::isnan(wanted)) return 0;
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::min(wanted, static_cast<double>(most_))));
}

}  // namespace femtobragg::noisify
