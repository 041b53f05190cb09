// Pixels whose gain adapts to their charge: JUNGFRAU, AGIPD, ePix10k.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "femtobragg/simulate/stages/random_block.h"

namespace femtobragg::stages {

/// The first range that holds the photons converts them: number = round(pedestal + gain n + noise g), within the bits
/// of the converter. Then (number - pedestal) / gain photons, infinitely many where the converter has come to its end;
/// or the number with the code of its range above its bits (A. Mozzanica et al., J. Instrum. 9 (2014) C05010).
class AdaptiveGainStage : public PixelStage {
 public:
  AdaptiveGainStage(const Response& response, const NoiseKey& key)
      : gain_(response.adaptive), largest_(largest_number(response)), key_(key) {}

  std::string_view name() const override { return "adaptive_gain"; }
  void apply(ValueRow& row) override {
    change_by_normals(row, key_, physics::RandomUse::AdaptiveGain,
                      [this](double photons, double normal) { return converted(photons, normal); });
    if (gain_.raw) count_ends(row);
  }

 private:
  double converted(double photons, double normal) const {
    if (std::isnan(photons)) return photons;
    const GainRange& range = range_of(photons);
    const double exact = range.pedestal + range.gain * photons + range.noise * normal;
    const double number = std::clamp(std::floor(exact + 0.5), 0.0, gain_.most());
    if (gain_.raw) return gain_.word(range, number);
    if (number == gain_.end_of(range)) return std::numeric_limits<double>::infinity();
    return (number - range.pedestal) / range.gain;
  }

  const GainRange& range_of(double photons) const {
    for (const GainRange& range : gain_.ranges)
      if (photons <= range.most_photons) return range;
    return gain_.ranges.back();
  }

  /// Raw numbers at an end that is not above the largest valid number: nothing else shows that they are overloads.
  void count_ends(ValueRow& row) const {
    const auto at_end = [this](double word) {
      return word <= largest_ && std::ranges::any_of(gain_.ranges, [&](const GainRange& range) {
               return word == gain_.word(range, gain_.end_of(range));
             });
    };
    row.runs.for_each(row.slow, [&](const PixelRun& run) {
      for (std::size_t at = run.begin; at < run.end; ++at)
        if (at_end(row.values[at]) && !run.masked(at)) ++row.counts.overloads;
    });
  }

  AdaptiveGain gain_;
  double largest_;  ///< valid number of the response
  NoiseKey key_;
};

}  // namespace femtobragg::stages
