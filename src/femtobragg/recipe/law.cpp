// Quantiles by closed forms, by bisection, and by tables of probabilities.
#include "femtobragg/recipe/law.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <numbers>
#include <stdexcept>
#include <vector>

#include "femtobragg/physics/counting.h"
#include "femtobragg/physics/normal.h"
#include "femtobragg/physics/random_stream.h"

namespace femtobragg::recipe {
namespace {

double normal_probability(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

[[noreturn]] void refuse_bounds() { throw std::domain_error("the distribution has nothing within these bounds"); }

/// The part of a standard normal distribution within bounds. Beyond the middle it is turned over, because probabilities
/// near 1 have lost their digits.
Law standard_normal_law(double least, double most) {
  const bool turned = least > 0;
  const double low = turned ? -most : least, high = turned ? -least : most;
  const double below = normal_probability(low), inside = normal_probability(high) - below;
  if (!(inside > 0)) refuse_bounds();
  return [=](double probability) {
    const double p = below + (turned ? 1 - probability : probability) * inside;
    const double smallest = std::numeric_limits<double>::min();
    const double x = std::clamp(physics::normal_quantile(std::clamp(p, smallest, most_deviate)), low, high);
    return turned ? -x : x;
  };
}

/// The continued fraction of the incomplete beta function (NIST Digital Library of Mathematical Functions, 8.17.22), by
/// the modified method of Lentz (I. J. Thompson & A. R. Barnett, J. Comput. Phys. 64 (1986) 490).
double beta_fraction(double a, double b, double x) {
  constexpr double tiny = 1e-300;
  const auto away_from_zero = [](double v) { return std::abs(v) < tiny ? tiny : v; };
  double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), value = d;
  for (int i = 1; i < 100'000; ++i) {
    const double m = i;
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    value *= c * d;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    value *= c * d;
    if (std::abs(c * d - 1) < 1e-15) break;
  }
  return value;
}

double log_beta(double a, double b) { return std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b); }

double incomplete_beta(double a, double b, double x, double log_of_beta) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(a * std::log(x) + b * std::log1p(-x) - log_of_beta);
  return x < (a + 1) / (a + b + 2) ? front * beta_fraction(a, b, x) / a : 1 - front * beta_fraction(b, a, 1 - x) / b;
}

/// The probabilities of counts from `first` on, summed up to each.
struct CountTable {
  double first;
  std::vector<double> sums;
};

}  // namespace

double incomplete_beta(double a, double b, double x) { return incomplete_beta(a, b, x, log_beta(a, b)); }

Law uniform_law(double least, double most) {
  return [=](double p) { return std::clamp(least + p * (most - least), least, most); };
}

Law normal_law(double mean, double sigma, const Bounds& bounds) {
  if (sigma == 0) {
    if (mean < bounds.least || mean > bounds.most) refuse_bounds();
    return [=](double) { return mean; };
  }
  const Law standard = standard_normal_law((bounds.least - mean) / sigma, (bounds.most - mean) / sigma);
  return [=](double p) { return std::clamp(mean + sigma * standard(p), bounds.least, bounds.most); };
}

Law log_normal_law(double median, double sigma, const Bounds& bounds) {
  const Law of_log = normal_law(0, sigma,
                                {bounds.least > 0 ? std::log(bounds.least / median) : -HUGE_VAL,
                                 bounds.most > 0 ? std::log(bounds.most / median) : -HUGE_VAL});
  return [=](double p) { return std::clamp(median * std::exp(of_log(p)), bounds.least, bounds.most); };
}

Law beta_law(double alpha, double beta, double least, double most) {
  return [=, log_of_beta = log_beta(alpha, beta)](double p) {
    double low = 0, high = 1;
    for (double x = 0.5; low < x && x < high && high > 1e-30; x = 0.5 * (low + high))
      (incomplete_beta(alpha, beta, x, log_of_beta) < p ? low : high) = x;
    return std::clamp(least + high * (most - least), least, most);
  };
}

Law poisson_law(double mean, const Bounds& bounds) {
  if (mean == 0) return normal_law(0, 0, bounds);
  // Beyond that the probability is below 1e-24, even within bounds that leave only a tail: there it falls still faster.
  const double reach = 12 * std::sqrt(mean) + 50;
  const double first = std::ceil(std::max({0.0, bounds.least, std::min(mean - reach, bounds.most - reach)}));
  const double last = std::floor(std::min(std::max(mean, first) + reach, bounds.most));
  if (!(first <= last)) refuse_bounds();
  const double peak = physics::log_poisson_probability(std::clamp(std::floor(mean), first, last), mean);
  const auto table = std::make_shared<CountTable>(CountTable{first, {}});
  double sum = 0;
  for (double n = first; n <= last; ++n)
    table->sums.push_back(sum += std::exp(physics::log_poisson_probability(n, mean) - peak));
  return [=](double p) {
    const auto& sums = table->sums;
    const auto found = std::ranges::upper_bound(sums, p * sums.back());
    return table->first + static_cast<double>(std::min<std::ptrdiff_t>(found - sums.begin(), std::ssize(sums) - 1));
  };
}

Law whole_law(double least, double most) {
  return [=](double p) { return std::min(most, least + std::floor(p * (most - least + 1))); };
}

double deviate(const DrawPlace& place, std::uint32_t i) {
  return physics::RandomStream({.seed = place.seed,
                                .use = physics::RandomUse::Recipe,
                                .frame = static_cast<std::uint32_t>(place.image),
                                .panel = place.entry,
                                .pixel = i})
      .uniform();
}

double random_walk(const DrawPlace& place, std::uint32_t i) {
  if (place.image == 0) return 0;
  // Each image has one number; 2^32, which only others are reached from, has that of image 0.
  const auto normal = [&](std::uint64_t image) {
    return physics::normal_quantile(deviate({place.seed, image & 0xffff'ffffu, place.entry}, i));
  };
  std::uint64_t low = 1;
  double at_low = normal(1);
  for (; 2 * low <= place.image; low *= 2) at_low += std::sqrt(static_cast<double>(low)) * normal(2 * low);
  if (low == place.image) return at_low;
  std::uint64_t high = 2 * low;
  double at_high = at_low + std::sqrt(static_cast<double>(low)) * normal(high);
  for (;;) {
    const std::uint64_t middle = (low + high) / 2;
    const double at_middle =
        0.5 * (at_low + at_high) + 0.5 * std::sqrt(static_cast<double>(high - low)) * normal(middle);
    if (middle == place.image) return at_middle;
    (middle < place.image ? low : high) = middle;
    (middle < place.image ? at_low : at_high) = at_middle;
  }
}

}  // namespace femtobragg::recipe
