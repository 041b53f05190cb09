// Counts of photons: Poisson deviates of what is expected.
#pragma once

#include <cmath>
#include <utility>

#include "femtobragg/simulate/stages/random_block.h"

namespace femtobragg::stages {

/// Adds the photons of pixels that are not masked.
inline void add_photons(ValueRow& row) {
  row.runs.for_each(row.slow, [&](const PixelRun& run) {
    const bool masks = !run.panel->mask.empty();
    for (std::size_t at = run.begin; at < run.end; ++at)
      if (!std::isnan(row.values[at]) && !(masks && run.masked(at))) row.counts.photons += row.values[at];
  });
}

/// physics/counting.h, for all rendered pixels, masked or not. What is not a number, or negative, stays so.
class CountingStage : public PixelStage {
 public:
  explicit CountingStage(const NoiseKey& key) : key_(key) {}

  std::string_view name() const override { return "counting"; }
  void apply(ValueRow& row) override {
    for_each_block(row, key_, physics::RandomUse::Counting,
                   [&](const physics::RandomPlace& place, std::size_t column, std::size_t count) {
                     double* const values = row.values.data() + column;
                     draw_counts(place, count, values, values);
                   });
    add_photons(row);
  }

 private:
  NoiseKey key_;
};

/// By one generator, pixel after pixel in raster order, as older programs do it.
class SerialCountingStage : public PixelStage {
 public:
  explicit SerialCountingStage(PoissonDeviate poisson) : poisson_(std::move(poisson)) {}

  std::string_view name() const override { return "counting"; }
  bool in_order() const override { return true; }
  void apply(ValueRow& row) override {
    row.change([&](const PixelRun&, std::size_t, double mean) { return std::isnan(mean) ? mean : poisson_(mean); });
    add_photons(row);
  }

 private:
  PoissonDeviate poisson_;
};

}  // namespace femtobragg::stages
