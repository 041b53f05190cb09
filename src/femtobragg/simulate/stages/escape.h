// Fluorescence of the sensor that is absorbed in other pixels.
#pragma once

#include <string_view>

#include "femtobragg/model/response.h"
#include "femtobragg/simulate/response_stage.h"

namespace femtobragg::stages {

/// Moves a fraction of the value of each pixel by physics/escape.h; what leaves a panel is lost.
class EscapeStage : public ImageStage {
 public:
  explicit EscapeStage(const Escape& escape) : escape_(escape) {}

  std::string_view name() const override { return "escape"; }
  void apply(std::vector<double>& values, const Detector& detector, int threads) override;

 private:
  Escape escape_;
};

}  // namespace femtobragg::stages
