// The stages of noisify between photons and numbers, pixel after pixel in raster order.
#pragma once

#include <cstdint>
#include <span>

#include "femtobragg/assemble/random_numbers.h"
#include "femtobragg/noisify/settings.h"

namespace femtobragg::noisify {

/// The generator of a run. Its seeds share one table and one spare deviate.
class Deviates {
 public:
  Deviates(std::int64_t seed, std::optional<std::int64_t> calib_seed);

  float gaussian() { return random_.gaussian(seed_); }
  float calibration() { return random_.gaussian(calib_seed_); }
  float poisson(float mean) { return random_.poisson(mean, seed_); }
  /// Whether the seed has had any effect.
  bool seed_used() const { return seed_ != first_seed_; }

 private:
  assemble::RandomNumbers random_;
  std::int64_t first_seed_, seed_, calib_seed_;
};

/// Flicker, calibration and counting. Returns the number of photons.
double draw_photons(std::span<float> photons, const Settings& settings, Deviates& deviates);

/// What happened to numbers when they were stored.
struct StoredNumbers {
  std::uint64_t overloads = 0;    ///< above the limit, and stored as it
  std::uint64_t negative = 0;     ///< wrapped
  std::uint64_t cut_off = 0;      ///< rounding would give another number
  std::uint64_t not_numbers = 0;  ///< stored as 0
};

/// photons x gain + adc, and read-out noise where there are `deviates`, cut off to whole numbers. Those below zero wrap
/// as processors of x86 wrap them.
template <class T>
void store_numbers(std::span<const float> photons, const Settings& settings, double limit, Deviates* deviates,
                   std::span<T> numbers, StoredNumbers& counts);

}  // namespace femtobragg::noisify
