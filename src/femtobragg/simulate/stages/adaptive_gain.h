// Pixels whose gain adapts to their charge: JUNGFRAU, AGIPD, ePix10k.
#pragma once

#include <algorithm>
#include <cmath>

#include "femtobragg/simulate/stages/random_block.h"

namespace femtobragg::stages {

/// The first range that holds the photons converts them: number = round(pedestal + gain n + noise g), within the bits
/// of the converter. Then (number - pedestal) / gain photons, or the number with the code of its range above its bits
/// (A. Mozzanica et al., J. Instrum. 9 (2014) C05010).
class AdaptiveGainStage : public PixelStage {
 public:
  AdaptiveGainStage(const Response& response, const NoiseKey& key)
      : gain_(response.adaptive), most_(std::ldexp(1.0, static_cast<int>(gain_.bits)) - 1), key_(key) {}

  std::string_view name() const override { return "adaptive_gain"; }
  void apply(ValueRow& row) override {
    change_by_normals(row, key_, physics::RandomUse::AdaptiveGain, [this](double photons, double normal) {
      if (std::isnan(photons)) return photons;
      const GainRange& range = range_of(photons);
      const double exact = range.pedestal + range.gain * photons + range.noise * normal;
      const double number = std::clamp(std::floor(exact + 0.5), 0.0, most_);
      return gain_.raw ? number + (most_ + 1) * range.code : (number - range.pedestal) / range.gain;
    });
  }

 private:
  const GainRange& range_of(double photons) const {
    for (const GainRange& range : gain_.ranges)
      if (photons <= range.most_photons) return range;
    return gain_.ranges.back();
  }

  AdaptiveGain gain_;
  double most_;  ///< number of the converter
  NoiseKey key_;
};

}  // namespace femtobragg::stages
