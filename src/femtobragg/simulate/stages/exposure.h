// The light of an exposure: a beam that flickers, and a shutter that does not open and close quite when it should.
#pragma once

#include <algorithm>

#include "femtobragg/simulate/stages/places.h"

namespace femtobragg::stages {

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
    physics::RandomStream shutter = stream_at(key, physics::RandomUse::Shutter, 0, 0);
    const double opens = shutter.normal(), closes = shutter.normal();
    return std::max(0.0,
                    1 + response.flicker * beam + response.shutter_jitter_s / response.exposure_s * (closes - opens));
  }

 private:
  double factor_;
};

}  // namespace femtobragg::stages
