// Loops without calls, which compilers make lanes of, and what is in doubt after them.
#include "femtobragg/assemble/poisson_stream.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <vector>

#include "femtobragg/assemble/poisson_deviate.h"
#include "femtobragg/base/all_lanes.h"
#include "femtobragg/base/units.h"
#include "femtobragg/physics/sine.h"

namespace femtobragg::assemble {
namespace {

constexpr std::size_t block = 512;
using Doubles = std::array<double, block>;
using Floats = std::array<float, block>;

/// Whether a number lies so near to the middle between two floats that a few roundings decide which is the nearest.
inline bool doubtful(double value) {
  constexpr std::uint64_t rest = (std::uint64_t{1} << 29) - 1, middle = std::uint64_t{1} << 28, margin = 256;
  return (std::bit_cast<std::uint64_t>(value) & rest) - (middle - margin) <= 2 * margin;
}

/// ln x of a positive normal number, to a few last places: twice the series of atanh.
[[gnu::always_inline]] inline double lane_log(double x) {
  const auto bits = std::bit_cast<std::int64_t>(x);
  constexpr std::int64_t root_half = 0x3fe6a09e667f3bcd;
  const std::int64_t exponent = (bits - root_half) >> 52;
  const double m = std::bit_cast<double>(bits - (exponent << 52));
  const double t = (m - 1.0) / (m + 1.0), t2 = t * t;
  double sum = 0;
  for (int k = 12; k > 0; --k) sum = (sum + 1.0 / (2 * k + 1)) * t2;
  constexpr double ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10;
  const auto e = static_cast<double>(static_cast<std::int32_t>(exponent));
  return e * ln2_high + (2 * t + (2 * t * sum + e * ln2_low));
}

/// e^x for |x| below 700, to a few last places.
[[gnu::always_inline]] inline double lane_exp(double x) {
  constexpr double ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10;
  constexpr double round = 6755399441055744.0;  // 1.5 x 2^52
  const double shifted = x * (1.0 / (ln2_high + ln2_low)) + round, n = shifted - round;
  const double r = (x - n * ln2_high) - n * ln2_low;
  double sum = 1;
  for (int k = 14; k > 0; --k) sum = 1.0 + sum * r * (1.0 / k);
  const std::int64_t power = std::bit_cast<std::int64_t>(shifted) << 52;
  return std::bit_cast<double>(std::bit_cast<std::int64_t>(sum) + power);
}

FB_ALL_LANES void tangents(const Floats& deviates, Doubles& tan) {
  constexpr double half_turn_low = 6.123233995736766e-17;  // what pi / 2 has beyond double precision
  for (std::size_t k = 0; k < block; ++k) {
    const double x = pi * static_cast<double>(deviates[k]);
    const double quarter = x < 0.25 * pi ? 0.0 : x < 0.75 * pi ? 1.0 : 2.0;
    const double r = (x - quarter * (0.5 * pi)) - quarter * half_turn_low, v = r * (1 / pi);
    const double sine = v * physics::sin_pi_over_x(v * v), cosine = physics::cos_pi_of_square(v * v);
    const bool turned = quarter == 1.0;
    tan[k] = (turned ? -cosine : sine) / (turned ? sine : cosine);
  }
}

FB_ALL_LANES void logarithms(const float* means, std::size_t n, Doubles& log) {
  for (std::size_t k = 0; k < n; ++k) log[k] = lane_log(static_cast<double>(means[k]));
}

FB_ALL_LANES void log_gammas(const float* means, std::size_t n, Doubles& result) {
  for (std::size_t k = 0; k < n; ++k)
    result[k] = lanczos_log_gamma(static_cast<double>(means[k] + 1.0f), [](double x) { return lane_log(x); });
}

FB_ALL_LANES void exponentials(const float* means, std::size_t n, Doubles& result) {
  for (std::size_t k = 0; k < n; ++k) result[k] = lane_exp(-static_cast<double>(means[k]));
}

FB_ALL_LANES bool round_to_floats(const Doubles& values, std::size_t n, Floats& rounded) {
  bool any = false;
  for (std::size_t k = 0; k < n; ++k) {
    rounded[k] = static_cast<float>(values[k]);
    any |= doubtful(values[k]);
  }
  return any;
}

/// Rounds to floats; `exact` computes those in doubt.
template <class Exact>
void round_all(const Doubles& values, std::size_t n, Floats& rounded, Exact&& exact) {
  if (!round_to_floats(values, n, rounded)) return;
  for (std::size_t k = 0; k < n; ++k)
    if (doubtful(values[k])) rounded[k] = exact(k);
}

bool is_rejected(float mean) {
  const double x = static_cast<double>(mean);
  return x >= least_rejected_mean && x <= greatest_rejected_mean;
}
bool is_counted(float mean) { return mean > 0 && static_cast<double>(mean) < least_rejected_mean; }

}  // namespace

class PoissonStream::Parts {
 public:
  Parts(const RandomNumbers& random, std::int64_t state) : random_(random), state_(state) {}

  /// The means that follow, at most a block of them.
  void prepare(std::span<const float> means) {
    const std::size_t n = means.size();
    if (std::ranges::any_of(means, is_counted)) {
      exponentials(means.data(), n, work_);
      round_all(work_, n, limits_, [&](std::size_t k) { return assemble::count_limit(means[k]); });
    }
    if (!std::ranges::any_of(means, is_rejected)) return;
    logarithms(means.data(), n, work_);
    round_all(work_, n, logs_, [&](std::size_t k) { return to_float(std::log(static_cast<double>(means[k]))); });
    log_gammas(means.data(), n, work_);
    round_all(work_, n, gammas_, [&](std::size_t k) { return log_gamma(means[k] + 1.0f); });
  }
  /// Which of them is next.
  void at(std::size_t k) { at_ = k; }

  float uniform() {
    if (next_ == block) refill();
    return deviates_[next_++];
  }
  float gaussian() {
    return normal_([&] { return uniform(); });
  }
  float lorentzian() {
    if (next_ == block) refill();
    if (!has_tangents_) find_tangents();
    return tangents_[next_++];
  }
  float count_limit(float) const { return limits_[at_]; }
  RejectionMean rejection_mean(float mean) const {
    const float width = to_float(std::sqrt(2.0 * static_cast<double>(mean)));
    return {width, logs_[at_], mean * logs_[at_] - gammas_[at_]};
  }
  /// Counts are whole numbers, most of which come again.
  float log_gamma_after(float count) {
    if (!(count < static_cast<float>(most_remembered))) return log_gamma(count + 1.0f);
    const auto i = static_cast<std::size_t>(count);
    if (i >= remembered_.size()) remember(i);
    return remembered_[i];
  }
  /// Few ratios are so near to the deviate that more than six digits matter.
  static bool rejects(float deviate, float y, float exponent) {
    constexpr double margin = 1e-6;
    const double u = static_cast<double>(deviate);
    const double ratio = 0.9 * (1.0 + static_cast<double>(y * y)) * rough_exp(static_cast<double>(exponent));
    if (u > ratio * (1 + margin)) return true;
    if (u < ratio * (1 - margin)) return false;
    return assemble::rejects(deviate, y, exponent);
  }

 private:
  static constexpr std::size_t most_remembered = 1 << 20;

  /// To seven digits; zero where no deviate is as small.
  static double rough_exp(double x) {
    constexpr double per_ln2 = 1.4426950408889634, ln2 = 0.6931471805599453, round = 6755399441055744.0;
    if (x < -80) return 0;
    const double shifted = x * per_ln2 + round, r = (x * per_ln2 - (shifted - round)) * ln2, r2 = r * r;
    const double low = 1 + r + r2 * (0.5 + r * (1.0 / 6)),
                 high = 1.0 / 24 + r * (1.0 / 120) + r2 * (1.0 / 720 + r / 5040);
    const double sum = low + r2 * r2 * high;
    const std::int64_t power = std::bit_cast<std::int64_t>(shifted) << 52;
    return std::bit_cast<double>(std::bit_cast<std::int64_t>(sum) + power);
  }

  void refill() {
    random_.uniforms(deviates_, state_);
    next_ = 0;
    has_tangents_ = false;
  }

  void find_tangents() {
    tangents(deviates_, work_);
    round_all(work_, block, tangents_,
              [&](std::size_t k) { return to_float(std::tan(pi * static_cast<double>(deviates_[k]))); });
    has_tangents_ = true;
  }

  void remember(std::size_t i) {
    for (std::size_t k = remembered_.size(); k <= i; ++k)
      remembered_.push_back(log_gamma(static_cast<float>(k) + 1.0f));
  }

  RandomNumbers random_;
  std::int64_t state_;
  NormalPairs normal_;
  std::size_t next_ = block, at_ = 0;
  bool has_tangents_ = false;
  Floats deviates_, tangents_, limits_, logs_, gammas_;
  Doubles work_;
  std::vector<float> remembered_;
};

PoissonStream::PoissonStream(const RandomNumbers& random, std::int64_t state)
    : parts_(std::make_unique<Parts>(random, state)) {}
PoissonStream::~PoissonStream() = default;

void PoissonStream::draw(std::span<const float> means, std::span<float> counts) {
  for (std::size_t begin = 0; begin < means.size(); begin += block) {
    const std::span<const float> part = means.subspan(begin, std::min(block, means.size() - begin));
    parts_->prepare(part);
    for (std::size_t k = 0; k < part.size(); ++k) {
      parts_->at(k);
      counts[begin + k] = poisson_deviate(part[k], *parts_);
    }
  }
}

}  // namespace femtobragg::assemble
