// The kernels of a point spread: integrals over pixels, and how far the light of a pixel goes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "femtobragg/noisify/settings.h"

namespace femtobragg::noisify {

/// A kernel of a certain width, in pixels.
class SpreadKernel {
 public:
  SpreadKernel(SpreadShape shape, double fwhm);

  /// The share of a pixel's photons that another pixel gets, by its distance: the integral over that pixel.
  double value(std::int64_t fast, std::int64_t slow) const;
  /// Pixels around one with so many photons, of which a tenth of their error may be lost. Not a number: a Gaussian
  /// knows no radius for so few.
  double radius(double photons) const;
  /// Of that many photons, those beyond a radius with that tail.
  double beyond(double photons, double tail) const;
  double tail(double radius) const;
  /// From the middle to a point; `value` is a difference of four. Odd in both.
  double integral(double fast, double slow) const;

 private:
  SpreadShape shape_;
  double width_;
};

/// Values of a kernel at all distances up to those that are given.
class KernelTable {
 public:
  /// Throws Error(Runtime) for one that does not fit into memory.
  KernelTable(const SpreadKernel& kernel, std::int64_t most_fast, std::int64_t most_slow);

  /// The values at that distance along slow, by the distance along fast, with zeros beyond both ends.
  const double* row(std::int64_t slow) const { return values_.data() + (slow + most_slow_) * stride_ + middle_; }

 private:
  std::int64_t most_slow_, middle_, stride_;
  std::vector<double> values_;
};

/// Radii of pixels by the first bits of their photons; where these do not decide, from the kernel.
class RadiusTable {
 public:
  /// `most`: the largest radius; `all`: that of all pixels, unless it is 0.
  RadiusTable(const SpreadKernel& kernel, std::int64_t most, std::int64_t all);

  /// At least 1; 0: the kernel knows none.
  std::int64_t radius(float photons) const;

 private:
  std::int64_t exact(float photons) const;

  static constexpr int dropped_bits = 13;
  const SpreadKernel& kernel_;
  std::int64_t most_, all_;
  std::vector<std::int32_t> by_bits_;  ///< 0: not decided
};

}  // namespace femtobragg::noisify
