// Light or charge of a pixel that reaches its neighbours.
#pragma once

#include <string_view>

#include "femtobragg/model/response.h"
#include "femtobragg/simulate/response_stage.h"

namespace femtobragg::stages {

/// Spreads the values of each panel over its pixels (physics/point_spread.h); what leaves the panel is lost. Values
/// that are not finite stay where they are and spread nothing.
void spread(std::vector<double>& values, const Detector& detector, const PointSpread& spread, int threads);

/// How much the spread values change with the width of the spread: per metre of its full width at half maximum.
void spread_rate(std::vector<double>& values, const Detector& detector, const PointSpread& spread, int threads);

/// Pixels to either side along the longer edge of a panel's, from where a pixel gets light: beyond that less than 1e-9.
std::size_t reach_of(const PointSpread& spread, const Panel& panel);

class SpreadStage : public ImageStage {
 public:
  SpreadStage(std::string_view name, const PointSpread& spread) : name_(name), spread_(spread) {}

  std::string_view name() const override { return name_; }
  void apply(std::vector<double>& values, const Detector& detector, int threads) override {
    spread(values, detector, spread_, threads);
  }

 private:
  std::string_view name_;
  PointSpread spread_;
};

}  // namespace femtobragg::stages
