// Kernels and their radii; photons over neighbours.
#include "femtobragg/noisify/point_spread.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

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

double SpreadKernel::beyond(double photons, double radius) const {
  if (shape_ == SpreadShape::Fibre) return photons * width_ / std::sqrt(width_ * width_ + radius * radius);
  return photons * std::exp(-std::log(16.0) * (radius / width_) * (radius / width_));
}

Spread spread_photons(std::vector<float>& photons, std::size_t n_fast, const SpreadKernel& kernel,
                      std::int64_t all_radius) {
  Spread result;
  const std::int64_t nf = static_cast<std::int64_t>(n_fast), n = static_cast<std::int64_t>(photons.size()), ns = n / nf,
                     largest = std::max(nf, ns);
  const auto radius_of = [&](float x) {
    const double r = all_radius ? static_cast<double>(all_radius) : kernel.radius(static_cast<double>(x));
    if (std::isnan(r)) throw Error::usage({.what = "faint"});
    return r;
  };
  const float brightest = std::ranges::max(photons);
  result.radius = static_cast<std::int64_t>(radius_of(brightest));
  std::vector<float> out(photons.size());
  for (std::int64_t y = 0, i = 0; y < ns; ++y)
    for (std::int64_t x = 0; x < nf; ++x, ++i) {
      const float p = photons[static_cast<std::size_t>(i)];
      if (!(p > 0)) continue;
      std::int64_t r = std::min(static_cast<std::int64_t>(radius_of(p)), largest);
      if (r == 0) r = 1;
      for (std::int64_t dx = -r; dx <= r; ++dx)
        for (std::int64_t dy = -r; dy <= r; ++dy) {
          if (dx * dx + dy * dy > r * r) continue;
          const std::int64_t X = x + dx, Y = y + dy, at = Y * nf + X;
          if (X < 0 || Y < 0 || X > nf || Y > ns || at >= n) continue;
          if (X == nf) result.wrapped = true;
          float& o = out[static_cast<std::size_t>(at)];
          o = static_cast<float>(static_cast<double>(o) + static_cast<double>(p) * kernel.value(dx, dy));
        }
      result.lost += kernel.beyond(static_cast<double>(p), static_cast<double>(r));
    }
  const double each = result.lost / static_cast<double>(n);
  for (float& o : out) o = static_cast<float>(static_cast<double>(o) + each);
  photons = std::move(out);
  return result;
}

}  // namespace femtobragg::noisify
