// Deviates with the roundings of the original: which steps are single precision decides the images.
#include "femtobragg/assemble/random_numbers.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/units.h"
#include "femtobragg/physics/mosaic_rotation.h"

namespace femtobragg::assemble {
namespace {

constexpr std::int64_t modulus = 2147483647;
constexpr std::int64_t entry_width = 67108864;  // 2^31 / 32

/// x -> 16807 x mod (2^31 - 1), without a division: 2^31 is one in this arithmetic.
void step(std::int64_t& x) {
  if (x >= modulus) x %= modulus;
  const std::int64_t product = 16807 * x;
  x = (product & modulus) + (product >> 31);
  if (x >= modulus) x -= modulus;
}

/// ln Gamma by the Lanczos approximation (SIAM J. Numer. Anal. B 1 (1964) 86), returned in single precision.
float log_gamma(float argument) {
  constexpr std::array<double, 6> coefficients = {76.18009172947146,  -86.50532032941677,   24.01409824083091,
                                                  -1.231739572450155, 1.208650973866179e-3, -5.395239384953e-6};
  const double v = static_cast<double>(argument);
  double sum = 1.000000000190015;
  for (std::size_t k = 0; k < coefficients.size(); ++k) sum += coefficients[k] / (v + static_cast<double>(k + 1));
  const double shifted = (v + 5.5) - (v + 0.5) * std::log(v + 5.5);
  return static_cast<float>(-shifted + std::log(2.5066282746310005 * sum / v));
}

float to_float(double value) { return static_cast<float>(value); }

}  // namespace

float RandomNumbers::uniform(std::int64_t& state) {
  if (state <= 0 || last_ == 0) {
    state = std::max<std::int64_t>(1, -state);
    for (int i = 0; i < 8; ++i) step(state);
    for (std::size_t i = table_.size(); i-- > 0;) {
      step(state);
      table_[i] = state;
    }
    last_ = table_[0];
  }
  step(state);
  const auto entry = static_cast<std::size_t>(last_ / entry_width);
  last_ = table_[entry];
  table_[entry] = state;
  return std::min(to_float(static_cast<double>(last_) * (1.0 / static_cast<double>(modulus))), to_float(1 - 1.2e-7));
}

float RandomNumbers::gaussian(std::int64_t& state) {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  float v1 = 0, v2 = 0, square = 0;
  do {
    v1 = to_float(2.0 * static_cast<double>(uniform(state)) - 1.0);
    v2 = to_float(2.0 * static_cast<double>(uniform(state)) - 1.0);
    square = v1 * v1 + v2 * v2;
  } while (square >= 1.0f || square == 0.0f);
  const float factor = to_float(std::sqrt(-2.0 * std::log(static_cast<double>(square)) / static_cast<double>(square)));
  spare_ = v1 * factor;
  has_spare_ = true;
  return v2 * factor;
}

float RandomNumbers::poisson(float mean, std::int64_t& state) {
  const double x = static_cast<double>(mean);
  if (x > 1e6) return to_float(x + std::sqrt(x) * static_cast<double>(gaussian(state)));
  if (x < 12.0) {
    // Count factors until their product falls below exp(-mean).
    float product = uniform(state), count = 0.0f;
    if (static_cast<double>(product) < 1.0 - x) return count;  // exp(-x) is no smaller: dark pixels need none
    const float limit = to_float(std::exp(-x));
    for (; product > limit; count += 1.0f) product *= uniform(state);
    return count;
  }
  // Rejection from a Lorentzian that lies above the distribution.
  const float width = to_float(std::sqrt(2.0 * x));
  const float log_mean = to_float(std::log(x));
  const float at_mean = mean * log_mean - log_gamma(mean + 1.0f);
  while (true) {
    float y = 0, candidate = 0;
    do {
      y = to_float(std::tan(pi * static_cast<double>(uniform(state))));
      candidate = width * y + mean;
    } while (candidate < 0.0f);
    candidate = std::floor(candidate);
    const float exponent = candidate * log_mean - log_gamma(candidate + 1.0f) - at_mean;
    const float accept = to_float(0.9 * (1.0 + static_cast<double>(y * y)) * std::exp(static_cast<double>(exponent)));
    if (!(uniform(state) > accept)) return candidate;
  }
}

Mat3d RandomNumbers::mosaic_rotation(float spread_rad, std::int64_t& state) {
  const auto deviate = [&] { return 2.0 * static_cast<double>(uniform(state)) - 1.0; };
  const double r1 = deviate(), r2 = deviate(), r3 = deviate();
  return physics::mosaic_rotation(spread_rad, r1, r2, r3);
}

}  // namespace femtobragg::assemble
