// Where the sweep about the spindle begins.
#pragma once

#include "femtobragg/base/units.h"
#include "femtobragg/gradients/crystal_frame.h"
#include "femtobragg/gradients/parameter.h"

namespace femtobragg::gradients {

class SpindleFamily : public ParameterFamily {
 public:
  std::vector<ParameterInfo> members(const Experiment&) const override {
    return {{.name = "phi_start",
             .unit = "deg",
             .help = "spindle angle at the start of the sweep",
             .scale = 0.05,
             .same_as = "misset",
             .moves_spots = true}};
  }
  std::vector<double> values(const Experiment& base) const override {
    return {degrees_from_radians(base.spindle.phi_start_rad)};
  }
  void set(Experiment& experiment, std::span<const double> values) const override {
    experiment.spindle.phi_start_rad = radians_from_degrees(values[0]);
  }
  std::optional<std::string> why_not(const Experiment& base, std::size_t) const override { return sharp_edges(base); }

  kernel::PlanTangent tangent(const ParameterPoint& point, std::size_t) const override {
    // A turn about the spindle may as well come before the others about it.
    const Experiment& experiment = point.experiment;
    return tangent_of_turn(experiment.crystal.axes, radians_from_degrees(1) * experiment.spindle.axis);
  }
};

}  // namespace femtobragg::gradients
