// From photons to numbers: gain, read-out noise, pedestal, and the largest number.
#pragma once

#include <cmath>

#include "femtobragg/simulate/stages/random_block.h"

namespace femtobragg::stages {

/// gain x value.
class GainStage : public PixelStage {
 public:
  explicit GainStage(double gain) : gain_(gain) {}
  std::string_view name() const override { return "gain"; }
  void apply(ValueRow& row) override {
    for (double& value : row.values) value *= gain_;
  }

 private:
  double gain_;
};

/// value + rms g with a normal deviate g of each pixel and frame.
class ReadoutStage : public PixelStage {
 public:
  ReadoutStage(double rms, const NoiseKey& key) : rms_(rms), key_(key) {}
  std::string_view name() const override { return "readout_noise"; }
  void apply(ValueRow& row) override {
    change_by_normals(row, key_, physics::RandomUse::Readout,
                      [this](double value, double normal) { return value + rms_ * normal; });
  }

 private:
  double rms_;
  NoiseKey key_;
};

/// value + offset.
class OffsetStage : public PixelStage {
 public:
  explicit OffsetStage(double offset) : offset_(offset) {}
  std::string_view name() const override { return "pedestal"; }
  void apply(ValueRow& row) override {
    for (double& value : row.values) value += offset_;
  }

 private:
  double offset_;
};

/// What would be rounded to more than the largest valid number becomes the next whole one, which files know as an
/// overload.
class SaturationStage : public PixelStage {
 public:
  explicit SaturationStage(double largest) : largest_(std::floor(largest)) {}
  std::string_view name() const override { return "saturation"; }
  void apply(ValueRow& row) override {
    for (double& value : row.values)
      if (value >= largest_ + 0.5) value = largest_ + 1;
  }

 private:
  double largest_;
};

}  // namespace femtobragg::stages
