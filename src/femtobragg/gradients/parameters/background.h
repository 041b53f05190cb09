// Backgrounds: that of amorphous water, and factors of the others.
#pragma once

#include <cmath>
#include <string>
#include <vector>

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
    return "by an older program's rule, the crystal's sum starts with it";
  }
  void prepare(const Experiment&, const kernel::Plan&, std::size_t, kernel::PlanMotion& motion) const override {
    motion.backgrounds = true;
  }
  kernel::PlanTangent tangent(const ParameterPoint&, std::size_t) const override {
    kernel::PlanTangent tangent{};
    tangent[kernel::slot::background] = 1;
    return tangent;
  }
};

class BackgroundScaleFamily : public ParameterFamily {
 public:
  std::vector<ParameterInfo> members(const Experiment& base) const override {
    std::vector<ParameterInfo> infos;
    for (const Background& background : base.backgrounds)
      infos.push_back({.name = "background" + std::to_string(infos.size() + 1) + "_scale",
                       .help = "factor of the background " + background.name,
                       .scale = background.scale > 0 ? 0.1 * background.scale : 0.1,
                       .lowest = 0});
    return infos;
  }
  std::vector<double> values(const Experiment& base) const override {
    std::vector<double> scales;
    for (const Background& background : base.backgrounds) scales.push_back(background.scale);
    return scales;
  }
  void set(Experiment& experiment, std::span<const double> values) const override {
    for (std::size_t i = 0; i < values.size(); ++i) experiment.backgrounds[i].scale = values[i];
  }
  std::optional<std::string> why_not(const Experiment&, std::size_t member) const override {
    if (member + 1 < kernel::slot::most_backgrounds) return {};
    return "there are derivatives of " + std::to_string(kernel::slot::most_backgrounds - 1) + " backgrounds only";
  }
  void prepare(const Experiment&, const kernel::Plan&, std::size_t, kernel::PlanMotion& motion) const override {
    motion.backgrounds = true;
  }
  kernel::PlanTangent tangent(const ParameterPoint& point, std::size_t member) const override {
    kernel::PlanTangent tangent{};
    tangent[kernel::slot::background + 1 + member] = point.experiment.backgrounds[member].molecules;
    return tangent;
  }
};

}  // namespace femtobragg::gradients
