// Light or charge of a pixel that reaches its neighbours.
#pragma once

#include <string_view>

#include "femtobragg/model/response.h"
#include "femtobragg/simulate/response_stage.h"

namespace femtobragg::stages {

/// Spreads the values of each panel over its pixels (physics/point_spread.h); what leaves the panel is lost. Values
/// that are not finite stay where they are and spread nothing.
class SpreadStage : public ImageStage {
 public:
  SpreadStage(std::string_view name, const PointSpread& spread) : name_(name), spread_(spread) {}

  std::string_view name() const override { return name_; }
  void apply(std::vector<double>& values, const Detector& detector, int threads) override;

 private:
  std::string_view name_;
  PointSpread spread_;
};

}  // namespace femtobragg::stages
