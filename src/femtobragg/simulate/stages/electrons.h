// Electrons: those that a photon sets free, and those that heat does.
#pragma once

#include "femtobragg/simulate/stages/random_block.h"

namespace femtobragg::stages {

/// n photons become Poisson(n q) / q: the number of electrons of a photon fluctuates about q. It makes the variance of
/// a count larger by the factor 1 + 1/q.
class QuantaStage : public PixelStage {
 public:
  QuantaStage(const Response& response, const NoiseKey& key) : quanta_(response.quanta), key_(key) {}

  std::string_view name() const override { return "quanta"; }
  void apply(ValueRow& row) override {
    Block electrons, counts;
    for_each_block(row, key_, physics::RandomUse::Quanta,
                   [&](const physics::RandomPlace& place, std::size_t column, std::size_t count) {
                     double* const values = row.values.data() + column;
                     for (std::size_t i = 0; i < count; ++i) electrons[i] = values[i] * quanta_;
                     draw_counts(place, count, electrons.data(), counts.data());
                     for (std::size_t i = 0; i < count; ++i) values[i] = counts[i] / quanta_;
                   });
  }

 private:
  double quanta_;
  NoiseKey key_;
};

/// Adds the dark current of the exposure, as photons of so many electrons; counted, or its expected number.
class DarkCurrentStage : public PixelStage {
 public:
  DarkCurrentStage(const Response& response, const NoiseKey& key)
      : electrons_(response.dark_electrons_per_s * response.exposure_s),
        quanta_(response.quanta > 0 ? response.quanta : 1),
        counted_(response.counting_noise),
        key_(key) {}

  std::string_view name() const override { return "dark_current"; }
  void apply(ValueRow& row) override {
    if (!counted_) {
      for (double& value : row.values) value += electrons_ / quanta_;
      return;
    }
    Block means, counts;
    means.fill(electrons_);
    for_each_block(row, key_, physics::RandomUse::DarkCurrent,
                   [&](const physics::RandomPlace& place, std::size_t column, std::size_t count) {
                     draw_counts(place, count, means.data(), counts.data());
                     for (std::size_t i = 0; i < count; ++i) row.values[column + i] += counts[i] / quanta_;
                   });
  }

 private:
  double electrons_, quanta_;
  bool counted_;
  NoiseKey key_;
};

}  // namespace femtobragg::stages
