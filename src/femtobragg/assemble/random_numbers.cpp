// Deviates with the roundings of the original: which steps are single precision decides the images.
#include "femtobragg/assemble/random_numbers.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/assemble/poisson_deviate.h"
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
  return normal_([&] { return uniform(state); });
}

namespace {

/// By the standard library.
struct PlainParts {
  RandomNumbers& random;
  std::int64_t& state;

  float uniform() const { return random.uniform(state); }
  float gaussian() const { return random.gaussian(state); }
  float lorentzian() const { return to_float(std::tan(pi * static_cast<double>(uniform()))); }
  static float count_limit(float mean) { return assemble::count_limit(mean); }
  static RejectionMean rejection_mean(float mean) { return assemble::rejection_mean(mean); }
  static float log_gamma_after(float count) { return log_gamma(count + 1.0f); }
  static bool rejects(float deviate, float y, float exponent) { return assemble::rejects(deviate, y, exponent); }
};

}  // namespace

float RandomNumbers::poisson(float mean, std::int64_t& state) {
  return poisson_deviate(mean, PlainParts{*this, state});
}

void RandomNumbers::uniforms(std::span<float> deviates, std::int64_t& state) {
  for (float& deviate : deviates) deviate = uniform(state);
}

Mat3d RandomNumbers::mosaic_rotation(float spread_rad, std::int64_t& state) {
  const auto deviate = [&] { return 2.0 * static_cast<double>(uniform(state)) - 1.0; };
  const double r1 = deviate(), r2 = deviate(), r3 = deviate();
  return physics::mosaic_rotation(spread_rad, r1, r2, r3);
}

}  // namespace femtobragg::assemble
