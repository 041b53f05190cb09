// The light of an exposure: a beam that flickers, and a shutter that does not open and close quite when it should.
#pragma once

#include <algorithm>
#include <vector>

#include "femtobragg/simulate/stages/places.h"

namespace femtobragg::stages {

/// How the beam's mean and the shutter's two edges deviate in an exposure.
struct ExposureDeviates {
  double opens, closes;  ///< standard normal deviates

  explicit ExposureDeviates(const NoiseKey& key) {
    physics::RandomStream shutter = stream_at(key, physics::RandomUse::Shutter, 0, 0);
    opens = shutter.normal();
    closes = shutter.normal();
  }
};

/// The light of each of `steps` equal parts of an exposure, over that of a steady beam. Flicker is white noise: parts
/// are independent, and the mean of all has the rms of the response, whatever their number. A shutter that opens late
/// takes light from the first parts; what it lets through outside of the exposure counts as that of the first and the
/// last one. Throws Error(Usage) where parts are so short that their light would be less than nothing now and then.
std::vector<double> light_of_steps(const Response& response, const NoiseKey& key, std::size_t steps);

/// All pixels times max(0, 1 + flicker g1 + jitter (g2 - g3) / exposure), where g are normal deviates of the frame
/// (J. M. Holton et al., FEBS J. 281 (2014) 4046).
class ExposureStage : public PixelStage {
 public:
  ExposureStage(const Response& response, const NoiseKey& key) : factor_(factor_of(response, key)) {}

  std::string_view name() const override { return "exposure"; }
  void apply(ValueRow& row) override {
    for (double& value : row.values) value *= factor_;
  }

  static double factor_of(const Response& response, const NoiseKey& key) {
    const double beam = stream_at(key, physics::RandomUse::Flicker, 0, 0).normal();
    const ExposureDeviates shutter(key);
    return std::max(0.0, 1 + response.flicker * beam +
                             response.shutter_jitter_s / response.exposure_s * (shutter.closes - shutter.opens));
  }

 private:
  double factor_;
};

}  // namespace femtobragg::stages
