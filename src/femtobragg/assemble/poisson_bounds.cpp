// Tables, made when they are first needed.
#include "femtobragg/assemble/poisson_bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "femtobragg/base/units.h"

namespace femtobragg::assemble {
namespace {

/// tan(pi u) by a table of angles, the sum of two angles and a series.
class Tangents {
 public:
  Tangents() {
    for (std::size_t i = 0; i < size; ++i) {
      angle_[i] = pi * (static_cast<double>(i) + 0.5) / static_cast<double>(size);
      tangent_[i] = std::tan(angle_[i]);
    }
  }

  double operator()(float u, double angle) const {
    const auto i = static_cast<std::size_t>(u * static_cast<float>(size));
    const double d = angle - angle_[i], square = d * d, t = tangent_[i];
    // |d| is at most pi/4096: the next term is below 1e-21.
    const double small = d * (1 + square * (1.0 / 3 + square * (2.0 / 15)));
    return (t + small) / (1 - t * small);
  }

 private:
  static constexpr std::size_t size = 2048;
  std::array<double, size> angle_, tangent_;
};

/// Each range has a table of its own, made when a mean first falls into it.
template <int mean>
using Mean = std::integral_constant<int, mean>;

/// The chances of candidates at one place of the Lorentzian, for the least and the largest mean of a range.
struct Chances {
  double low = std::numeric_limits<double>::infinity(), high = 0;
  bool below_zero = false;  ///< a candidate may be
};

/// `y`: that place. Candidates are rounded down.
void add_chances(double mean, double y, Chances& chances) {
  const double log_mean = std::log(mean), at_mean = std::lgamma(mean + 1);
  for (const double step : {0.0, -1.0}) {
    const double offset = std::sqrt(2 * mean) * y + step;
    chances.below_zero = chances.below_zero || mean + offset < 1;
    if (chances.below_zero) return;
    const double chance = 0.9 * (1 + y * y) * std::exp(offset * log_mean - std::lgamma(mean + offset + 1) + at_mean);
    chances.low = std::min(chances.low, chance), chances.high = std::max(chances.high, chance);
  }
}

}  // namespace

float tangent_of_turn(float u) {
  static const Tangents tangents;
  const double angle = pi * static_cast<double>(u);
  constexpr float pole = 0.5f, near = 1.0f / 256;
  if (std::abs(u - pole) < near) return static_cast<float>(std::tan(angle));
  // Errors grow towards the pole, but stay below this.
  const double value = tangents(u, angle), error = 1e-12 * std::abs(value) + 1e-15;
  const float low = static_cast<float>(value - error), high = static_cast<float>(value + error);
  return low == high ? low : static_cast<float>(std::tan(angle));
}

AcceptanceTable::AcceptanceTable(double least_mean, double most_mean) {
  // Single precision makes the exponent wrong by some units of the last place of mean x ln(mean), which is its largest
  // term.
  const double largest_term = most_mean * std::log(most_mean);
  const double noise = 4 * largest_term * static_cast<double>(std::numeric_limits<float>::epsilon());
  constexpr double slack = 0.01;  // between the points that are looked at
  const float lower = static_cast<float>(std::exp(-noise - slack)),
              higher = static_cast<float>(std::exp(noise + slack));
  Chances before;
  for (std::size_t i = 0; i <= intervals; ++i) {
    Chances here;
    const double y = std::tan(pi * static_cast<double>(i) / static_cast<double>(intervals));
    for (const double mean : {least_mean, most_mean}) add_chances(mean, y, here);
    if (i > 0 && !before.below_zero && !here.below_zero)
      bounds_[i - 1] = {static_cast<float>(std::min(before.low, here.low)) * lower,
                        static_cast<float>(std::max(before.high, here.high)) * higher};
    before = here;
  }
}

const AcceptanceTable* AcceptanceTable::for_mean(float mean) {
  if (!(mean >= 12 && mean < 65536)) return nullptr;
  const auto table_of = [](auto least, auto most) {
    static const AcceptanceTable table(least, most);
    return &table;
  };
  if (mean < 24) return table_of(Mean<12>(), Mean<24>());
  if (mean < 64) return table_of(Mean<24>(), Mean<64>());
  if (mean < 256) return table_of(Mean<64>(), Mean<256>());
  if (mean < 1024) return table_of(Mean<256>(), Mean<1024>());
  if (mean < 8192) return table_of(Mean<1024>(), Mean<8192>());
  return table_of(Mean<8192>(), Mean<65536>());
}

}  // namespace femtobragg::assemble
