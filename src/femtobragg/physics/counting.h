// Counts of photons: Poisson deviates, exact at any mean.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "femtobragg/base/device.h"

namespace femtobragg::physics {

/// log(n!) minus Stirling's approximation (n + 1/2) log(n) - n + log(2 pi) / 2, for a whole n of at least 1.
FB_HD inline double stirling_error(double n) {
  using std::log;
  if (n < 16) {
    double factorial = 1;
    for (double i = 2; i <= n; ++i) factorial *= i;
    return log(factorial) - (n + 0.5) * log(n) + n - 0.5 * log(2 * std::numbers::pi);
  }
  const double n2 = n * n;
  return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - 1.0 / 1680 / n2) / n2) / n2) / n;
}

/// n log(n / mean) + mean - n without the cancellation of large terms.
FB_HD inline double poisson_deviance(double n, double mean) {
  using std::abs;
  using std::log;
  if (abs(n - mean) >= 0.1 * (n + mean)) return n * log(n / mean) + mean - n;
  // Powers of v = (n - mean) / (n + mean).
  const double v = (n - mean) / (n + mean), v2 = v * v;
  double sum = (n - mean) * v, term = 2 * n * v;
  for (int i = 3;; i += 2) {
    term *= v2;
    const double next = sum + term / i;
    if (next == sum) return sum;
    sum = next;
  }
}

/// log of the probability of a whole number n (C. Loader, "Fast and accurate computation of binomial probabilities",
/// 2000): correct to some 1e-15 relative at any mean, where n log(mean) - mean - log(n!) has lost all digits.
FB_HD inline double log_poisson_probability(double n, double mean) {
  using std::log;
  if (n <= 0) return -mean;
  return -stirling_error(n) - poisson_deviance(n, mean) - 0.5 * log(2 * std::numbers::pi * n);
}

/// The probabilities of 0, 1, 2 ... are subtracted from a uniform deviate u, one by one.
FB_HD inline double count_by_inversion(double mean, double u) {
  using std::exp;
  if (u <= 1 - mean) return 0;      // exp(-mean) is not below that
  constexpr double furthest = 150;  // far beyond what 53 bits of a deviate can reach with means below 10
  double probability = exp(-mean), n = 0;
  while (u > probability && n < furthest) {
    u -= probability;
    probability *= mean / ++n;
  }
  return n;
}

/// Counts of smaller means are found by inversion; larger ones are their mean.
inline constexpr double least_mean_of_rejection = 10, most_mean_of_rejection = 1e300;

/// The logarithm of a positive normal number to 1e-9, without branches, so that compilers turn it into lanes.
[[gnu::always_inline]] FB_HD inline double rough_log(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  // 2^52 plus the biased exponent, then the mantissa from 1 to 2.
  const double exponent = std::bit_cast<double>(bits >> 52 | 0x4330000000000000u) - (0x1p52 + 1023);
  const double mantissa = std::bit_cast<double>((bits & 0x000fffffffffffffu) | 0x3ff0000000000000u);
  const double s = (mantissa - std::numbers::sqrt2) / (mantissa + std::numbers::sqrt2), s2 = s * s;
  return (exponent + 0.5) * std::numbers::ln2 + 2 * s * (1 + s2 * (1.0 / 3 + s2 * (1.0 / 5 + s2 * (1.0 / 7 + s2 / 9))));
}

/// Numbers of transformed rejection with a squeeze, for means from 10 (W. Hoermann, "The transformed rejection method
/// for generating Poisson random variables", Insurance: Mathematics and Economics 12 (1993) 39: algorithm PTRS).
class RejectionSteps {
 public:
  [[gnu::always_inline]] FB_HD explicit RejectionSteps(double mean) : mean_(mean) {
    using std::sqrt;
    b_ = 0.931 + 2.53 * sqrt(mean);
    a_ = -0.059 + 0.02483 * b_;
  }

  /// Not yet cut off; u: from -1/2 to 1/2, `from_edge` off the nearer end.
  [[gnu::always_inline]] FB_HD double candidate(double u, double from_edge) const {
    return (2 * a_ / from_edge + b_) * u + mean_ + 0.43;
  }
  /// Taken without a further look.
  [[gnu::always_inline]] FB_HD bool is_inside(double from_edge, double v) const {
    return (from_edge >= 0.07) & (v <= 0.9277 - 3.6224 / (b_ - 2));
  }
  FB_HD bool is_taken(double n, double from_edge, double v) const {
    using std::log;
    if (n < 0 || (from_edge < 0.013 && v > from_edge)) return false;
    const double inverse_alpha = 1.1239 + 1.1328 / (b_ - 3.4);
    return log(v * inverse_alpha / (a_ / (from_edge * from_edge) + b_)) <= log_poisson_probability(n, mean_);
  }
  /// The same at less cost, for many lanes at once: above zero if the candidate is taken, below zero if not, zero if
  /// only a closer look can tell.
  [[gnu::always_inline]] FB_HD double verdict(double n, double from_edge, double v) const {
    using std::abs;
    const double inverse_alpha = 1.1239 + 1.1328 / (b_ - 3.4);
    const double share = v * inverse_alpha / (a_ / (from_edge * from_edge) + b_);
    // The terms of log_poisson_probability(), cut short, with both logarithms in one.
    const double w = (n - mean_) / (n + mean_), w2 = w * w;
    const double deviance =
        (n - mean_) * w + 2 * n * w * w2 * (1.0 / 3 + w2 * (1.0 / 5 + w2 * (1.0 / 7 + w2 * (1.0 / 9 + w2 / 11))));
    const double excess = rough_log(share * share * (2 * std::numbers::pi) * n) / 2 + deviance + 1 / (12 * n);
    const bool clear = (n >= 5) & (mean_ < 1e15) & (abs(w) < 0.5) & (abs(excess) > 0.01 + 1e-3 * deviance);
    const bool refused = (n < 0) | ((from_edge < 0.013) & (v > from_edge));
    return is_inside(from_edge, v) ? 1.0 : refused ? -1.0 : clear ? -excess : 0.0;
  }

 private:
  double mean_, a_, b_;
};

template <class Stream>
FB_HD double count_by_rejection(double mean, Stream& stream) {
  using std::abs;
  using std::floor;
  const RejectionSteps steps(mean);
  for (;;) {
    const double u = stream.uniform() - 0.5, v = stream.uniform();
    const double from_edge = 0.5 - abs(u);
    const double n = floor(steps.candidate(u, from_edge));
    if (steps.is_inside(from_edge, v) || steps.is_taken(n, from_edge, v)) return n;
  }
}

/// A number of photons whose expected number is `mean`: none if that is not above zero, infinitely many if it is
/// infinite.
template <class Stream>
FB_HD double poisson_count(double mean, Stream& stream) {
  if (!(mean > 0)) return 0;
  if (mean > most_mean_of_rejection) return mean;
  return mean < least_mean_of_rejection ? count_by_inversion(mean, stream.uniform()) : count_by_rejection(mean, stream);
}

}  // namespace femtobragg::physics
