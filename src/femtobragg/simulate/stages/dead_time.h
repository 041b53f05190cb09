// Counters that are busy after each photon.
#pragma once

#include <algorithm>
#include <cmath>

#include "femtobragg/physics/dead_time.h"
#include "femtobragg/simulate/stages/random_block.h"

namespace femtobragg::stages {

/// n photons, whose times in the exposure are not known, give counts with the mean of physics/dead_time.h at n; the
/// variance is that which their times leave. What is drawn is the number lost or the number counted, whichever is
/// smaller: a whole number that is sure, and a Poisson deviate. Without counting noise it is the mean.
class DeadTimeStage : public PixelStage {
 public:
  DeadTimeStage(const Response& response, const NoiseKey& key)
      : kind_(response.dead_time.kind),
        busy_(response.dead_time.seconds / response.exposure_s),
        drawn_(response.counting_noise),
        key_(key) {}

  std::string_view name() const override { return "dead_time"; }
  void apply(ValueRow& row) override {
    if (!drawn_) {
      for (double& value : row.values)
        if (arrive(value)) value = counted(value).mean;
      return;
    }
    Block means, deviates;
    std::array<Draw, pixels_of_block> draws;
    for_each_block(row, key_, physics::RandomUse::DeadTime,
                   [&](const physics::RandomPlace& place, std::size_t column, std::size_t count) {
                     double* const values = row.values.data() + column;
                     for (std::size_t i = 0; i < count; ++i) {
                       draws[i] = draw_of(values[i]);
                       means[i] = draws[i].mean;
                     }
                     draw_counts(place, count, means.data(), deviates.data());
                     for (std::size_t i = 0; i < count; ++i)
                       if (arrive(values[i])) values[i] = draws[i].counts(values[i], deviates[i]);
                   });
  }

 private:
  /// Of photons lost, or counted: `sure` of them, and a Poisson deviate of that mean.
  struct Draw {
    double sure = 0, mean = 0;
    bool lost = false;

    double counts(double photons, double deviate) const {
      const double number = std::min(sure + deviate, photons);
      return lost ? photons - number : number;
    }
  };

  static bool arrive(double photons) { return photons > 0 && std::isfinite(photons); }

  Draw draw_of(double photons) const {
    if (!arrive(photons)) return {};
    const physics::Counted c = counted(photons);
    const double lost = photons - c.mean, mean = std::min(lost, c.mean);
    const double sure = std::max(0.0, std::floor(mean - std::max(0.0, c.variance_of_times(photons))));
    return {sure, mean - sure, lost < c.mean};
  }

  physics::Counted counted(double photons) const {
    switch (kind_) {
      case DeadTimeKind::Paralyzable: return physics::counted_paralyzable(photons, busy_);
      case DeadTimeKind::Retrigger: return physics::counted_with_retrigger(photons, busy_);
      case DeadTimeKind::NonParalyzable: return physics::counted_nonparalyzable(photons, busy_);
    }
    return {};
  }

  DeadTimeKind kind_;
  double busy_;
  bool drawn_;
  NoiseKey key_;
};

}  // namespace femtobragg::stages
