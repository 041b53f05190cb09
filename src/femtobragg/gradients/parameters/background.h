// The flat background of amorphous water.
#pragma once

#include <cmath>

#include "femtobragg/gradients/parameter.h"
#include "femtobragg/physics/water.h"

namespace femtobragg::gradients {

/// By its level, not by the edge of the water cube: where there is none, nothing changes with the edge at first.
class BackgroundFamily : public ParameterFamily {
 public:
  std::vector<ParameterInfo> members(const Experiment& base) const override {
    const double level = values(base)[0];
    return {{.name = "background",
             .unit = "electrons^2",
             .help = "scattering power of the water around the crystal: its summed squared form factors",
             .scale = level > 0 ? 0.1 * level : physics::water_intensity(1e-6),
             .lowest = 0}};
  }
  std::vector<double> values(const Experiment& base) const override {
    return {physics::water_intensity(base.water_edge_m)};
  }
  void set(Experiment& experiment, std::span<const double> values) const override {
    experiment.water_edge_m = std::cbrt(values[0] / physics::water_intensity(1));
  }
  std::optional<std::string> why_not(const Experiment& base, std::size_t) const override {
    if (!base.sampling.compatibility.background_in_sum) return {};
    return "an older program's rule has it start the crystal's sum";
  }
  kernel::PlanTangent tangent(const ParameterPoint&, std::size_t) const override {
    kernel::PlanTangent tangent{};
    tangent[kernel::slot::water] = 1;
    return tangent;
  }
};

}  // namespace femtobragg::gradients
