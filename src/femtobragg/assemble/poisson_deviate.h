// Poisson deviates with the roundings of the original, from whatever gives their parts.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace femtobragg::assemble {

inline float to_float(double value) { return static_cast<float>(value); }

/// ln Gamma by the Lanczos approximation (SIAM J. Numer. Anal. B 1 (1964) 86).
template <class Log>
inline double lanczos_log_gamma(double v, Log&& log) {
  constexpr std::array<double, 6> coefficients = {76.18009172947146,  -86.50532032941677,   24.01409824083091,
                                                  -1.231739572450155, 1.208650973866179e-3, -5.395239384953e-6};
  double sum = 1.000000000190015;
  for (std::size_t k = 0; k < coefficients.size(); ++k) sum += coefficients[k] / (v + static_cast<double>(k + 1));
  const double shifted = (v + 5.5) - (v + 0.5) * log(v + 5.5);
  return -shifted + log(2.5066282746310005 * sum / v);
}

/// The same, returned in single precision.
inline float log_gamma(float argument) {
  return to_float(lanczos_log_gamma(static_cast<double>(argument), [](double x) { return std::log(x); }));
}

/// Where deviates are found by counting factors, by rejection, and from normal deviates.
inline constexpr double least_rejected_mean = 12, greatest_rejected_mean = 1e6;

/// What rejection needs to know of a mean.
struct RejectionMean {
  float width, log_mean, at_mean;
};

/// exp(-mean), below which a product of deviates ends the count.
inline float count_limit(float mean) { return to_float(std::exp(-static_cast<double>(mean))); }

inline RejectionMean rejection_mean(float mean) {
  const double x = static_cast<double>(mean);
  const float log_mean = to_float(std::log(x));
  return {to_float(std::sqrt(2.0 * x)), log_mean, mean * log_mean - log_gamma(mean + 1.0f)};
}

/// Whether a deviate is above the ratio of the distribution to a Lorentzian.
inline bool rejects(float deviate, float y, float exponent) {
  const double ratio = 0.9 * (1.0 + static_cast<double>(y * y)) * std::exp(static_cast<double>(exponent));
  return deviate > to_float(ratio);
}

/// A Poisson deviate. Parts have uniform() and gaussian() deviates, lorentzian() (the tangent of pi times a uniform
/// one), and the functions above, as fast as they can but to the same bits.
template <class Parts>
float poisson_deviate(float mean, Parts&& parts) {
  const double x = static_cast<double>(mean);
  if (x > greatest_rejected_mean) return to_float(x + std::sqrt(x) * static_cast<double>(parts.gaussian()));
  if (x < least_rejected_mean) {
    // Count factors until their product falls below exp(-mean).
    float product = parts.uniform(), count = 0.0f;
    if (static_cast<double>(product) < 1.0 - x) return count;  // exp(-x) is no smaller: dark pixels need none
    const float limit = parts.count_limit(mean);
    for (; product > limit; count += 1.0f) product *= parts.uniform();
    return count;
  }
  // Rejection from a Lorentzian that lies above the distribution.
  const RejectionMean m = parts.rejection_mean(mean);
  while (true) {
    float y = 0, candidate = 0;
    do {
      y = parts.lorentzian();
      candidate = m.width * y + mean;
    } while (candidate < 0.0f);
    candidate = std::floor(candidate);
    const float exponent = candidate * m.log_mean - parts.log_gamma_after(candidate) - m.at_mean;
    if (!parts.rejects(parts.uniform(), y, exponent)) return candidate;
  }
}

}  // namespace femtobragg::assemble
