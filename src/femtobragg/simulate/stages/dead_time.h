// Counters that are busy after each photon.
#pragma once

#include "femtobragg/physics/dead_time.h"
#include "femtobragg/simulate/stages/places.h"

namespace femtobragg::stages {

/// The mean of what is counted of so many photons, spread over the exposure at random; the width of its distribution
/// is that of the photons, narrowed as the curve is flat.
class DeadTimeStage : public PixelStage {
 public:
  explicit DeadTimeStage(const Response& response)
      : kind_(response.dead_time.kind), busy_(response.dead_time.seconds / response.exposure_s) {}

  std::string_view name() const override { return "dead_time"; }
  void apply(ValueRow& row) override {
    for (double& value : row.values)
      if (value > 0) value = counted(value);
  }

 private:
  double counted(double photons) const {
    switch (kind_) {
      case DeadTimeKind::Paralyzable: return physics::counted_paralyzable(photons, busy_);
      case DeadTimeKind::Retrigger: return physics::counted_with_retrigger(photons, busy_);
      case DeadTimeKind::NonParalyzable: return physics::counted_nonparalyzable(photons, busy_);
    }
    return photons;
  }

  DeadTimeKind kind_;
  double busy_;
};

}  // namespace femtobragg::stages
