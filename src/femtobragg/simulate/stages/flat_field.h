// Pixels that are more or less sensitive than their calibration says.
#pragma once

#include <algorithm>

#include "femtobragg/simulate/stages/random_block.h"

namespace femtobragg::stages {

/// value x max(0, 1 + rms g) with a normal deviate g of each pixel, the same in all frames of a detector (J. M. Holton
/// et al., FEBS J. 281 (2014) 4046).
class FlatFieldStage : public PixelStage {
 public:
  explicit FlatFieldStage(const Response& response) : rms_(response.flat_field), seed_(response.detector_seed) {}

  std::string_view name() const override { return "flat_field"; }
  void apply(ValueRow& row) override {
    change_by_normals(row, {seed_}, physics::RandomUse::FlatField,
                      [this](double value, double normal) { return value * std::max(0.0, 1 + rms_ * normal); });
  }

 private:
  double rms_;
  std::uint64_t seed_;
};

}  // namespace femtobragg::stages
