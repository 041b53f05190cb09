// Deviates with the roundings of the original: which steps are single precision decides the images.
#include "femtobragg/assemble/random_numbers.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "femtobragg/assemble/poisson_bounds.h"
#include "femtobragg/base/units.h"
#include "femtobragg/physics/mosaic_rotation.h"

namespace femtobragg::assemble {
namespace {

constexpr std::int64_t modulus = 2147483647;
constexpr std::size_t entry_width = 67108864;  // 2^31 / 32

/// x -> 16807 x mod (2^31 - 1) for x below that, without a division: 2^31 is one in this arithmetic.
void step(std::int64_t& x) {
  const std::int64_t product = 16807 * x;
  x = (product & modulus) + (product >> 31);
  if (x >= modulus) x -= modulus;
}

float to_float(double value) { return static_cast<float>(value); }

/// ln Gamma by the Lanczos approximation (SIAM J. Numer. Anal. B 1 (1964) 86), returned in single precision.
float lanczos_log_gamma(float argument) {
  constexpr std::array<double, 6> coefficients = {76.18009172947146,  -86.50532032941677,   24.01409824083091,
                                                  -1.231739572450155, 1.208650973866179e-3, -5.395239384953e-6};
  const double v = static_cast<double>(argument);
  double sum = 1.000000000190015;
  for (std::size_t k = 0; k < coefficients.size(); ++k) sum += coefficients[k] / (v + static_cast<double>(k + 1));
  const double shifted = (v + 5.5) - (v + 0.5) * std::log(v + 5.5);
  return static_cast<float>(-shifted + std::log(2.5066282746310005 * sum / v));
}

/// The float that all numbers within `error` of a value round to; nothing if there are two.
std::optional<float> rounded(double value, double error) {
  const float low = to_float(value - error), high = to_float(value + error);
  return low == high ? std::optional(low) : std::nullopt;
}

/// The same as lanczos_log_gamma() of arguments from 13 on, by Stirling's series where both round alike: the first of
/// them is wrong by up to 2e-10 and the roundings of its sums.
float log_gamma(float argument) {
  const double v = static_cast<double>(argument), inverse = 1 / v, square = inverse * inverse;
  constexpr double half_log_2_pi = 0.91893853320467274178;
  const double series = inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680))));
  const double value = (v - 0.5) * std::log(v) - v + half_log_2_pi + series;
  const std::optional<float> both = rounded(value, 1e-9 + 2e-15 * value);
  return both ? *both : lanczos_log_gamma(argument);
}

/// The same of count + 1. Counts of one image are near each other: what was computed is kept.
float log_factorial(float count) {
  constexpr std::size_t most = 1 << 16;
  if (!(count < static_cast<float>(most))) return log_gamma(count + 1.0f);
  thread_local std::vector<float> known(most, -1.0f);
  float& value = known[static_cast<std::size_t>(count)];
  if (value < 0) value = lanczos_log_gamma(count + 1.0f);
  return value;
}

/// What the chances of all candidates have in common.
struct Logarithms {
  float mean, at_mean;
};

Logarithms logarithms_of(float mean) {
  const float log_mean = to_float(std::log(static_cast<double>(mean)));
  return {log_mean, mean * log_mean - log_gamma(mean + 1.0f)};
}

/// Whether a deviate is above 0.9 (1 + y^2) exp(exponent) in single precision; the exact value only where it is close.
bool is_above(float deviate, float y, float exponent) {
  const double factor = 0.9 * (1.0 + static_cast<double>(y * y));
  constexpr float least = -60;
  if (exponent > least) {
    const double about = factor * static_cast<double>(std::exp(exponent)), u = static_cast<double>(deviate);
    if (u > about * (1 + 1e-5)) return true;
    if (u < about * (1 - 1e-5)) return false;
  }
  return deviate > to_float(factor * std::exp(static_cast<double>(exponent)));
}

}  // namespace

/// Puts the stream back when it ends.
class RandomNumbers::Draw {
 public:
  Draw(RandomNumbers& random, std::int64_t& state) : random_(random), state_(state), x_(state), last_(random.last_) {
    if (x_ <= 0 || last_ == 0) start();
    if (x_ >= modulus) x_ %= modulus;
  }
  ~Draw() { state_ = x_, random_.last_ = last_; }
  Draw(const Draw&) = delete;
  Draw& operator=(const Draw&) = delete;

  float next() {
    step(x_);
    std::int64_t& entry = random_.table_[static_cast<std::size_t>(last_) / entry_width];
    last_ = entry;
    entry = x_;
    return std::min(to_float(static_cast<double>(last_) * (1.0 / static_cast<double>(modulus))), to_float(1 - 1.2e-7));
  }

 private:
  void start() {
    x_ = std::max<std::int64_t>(1, -x_) % modulus;
    for (int i = 0; i < 8; ++i) step(x_);
    for (std::size_t i = random_.table_.size(); i-- > 0;) {
      step(x_);
      random_.table_[i] = x_;
    }
    last_ = random_.table_[0];
  }

  RandomNumbers& random_;
  std::int64_t& state_;
  std::int64_t x_, last_;
};

float RandomNumbers::uniform(std::int64_t& state) { return Draw(*this, state).next(); }

float RandomNumbers::gaussian(std::int64_t& state) {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  Draw draw(*this, state);
  float v1 = 0, v2 = 0, square = 0;
  do {
    v1 = to_float(2.0 * static_cast<double>(draw.next()) - 1.0);
    v2 = to_float(2.0 * static_cast<double>(draw.next()) - 1.0);
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
  if (!(x < 12.0)) return rejected_poisson(mean, state);
  // Count factors until their product falls below exp(-mean).
  Draw draw(*this, state);
  float product = draw.next(), count = 0.0f;
  if (static_cast<double>(product) < 1.0 - x) return count;  // exp(-x) is no smaller: dark pixels need none
  const float limit = to_float(std::exp(-x));
  for (; product > limit; count += 1.0f) product *= draw.next();
  return count;
}

/// Rejection from a Lorentzian that lies above the distribution.
float RandomNumbers::rejected_poisson(float mean, std::int64_t& state) {
  Draw draw(*this, state);
  const AcceptanceTable* const table = AcceptanceTable::for_mean(mean);
  const float width = to_float(std::sqrt(2.0 * static_cast<double>(mean)));
  std::optional<Logarithms> logarithms;
  while (true) {
    const float turn = draw.next();
    const AcceptanceBounds* const bounds = table ? table->find(turn) : nullptr;
    float deviate = 0;
    if (bounds) {
      deviate = draw.next();
      if (deviate > bounds->high) continue;
    }
    float y = tangent_of_turn(turn), candidate = width * y + mean;
    if (!bounds) {
      while (candidate < 0.0f) {
        y = tangent_of_turn(draw.next());
        candidate = width * y + mean;
      }
      deviate = draw.next();
    }
    candidate = std::floor(candidate);
    if (bounds && deviate < bounds->low) return candidate;
    if (!logarithms) logarithms = logarithms_of(mean);
    const float exponent = candidate * logarithms->mean - log_factorial(candidate) - logarithms->at_mean;
    if (!is_above(deviate, y, exponent)) return candidate;
  }
}

Mat3d RandomNumbers::mosaic_rotation(float spread_rad, std::int64_t& state) {
  const auto deviate = [&] { return 2.0 * static_cast<double>(uniform(state)) - 1.0; };
  const double r1 = deviate(), r2 = deviate(), r3 = deviate();
  return physics::mosaic_rotation(spread_rad, r1, r2, r3);
}

}  // namespace femtobragg::assemble
