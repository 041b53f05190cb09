// The Kahn factor of the beam.
#pragma once

#include "femtobragg/gradients/parameter.h"

namespace femtobragg::gradients {

class PolarizationFamily : public ParameterFamily {
 public:
  std::vector<ParameterInfo> members(const Experiment&) const override {
    return {{.name = "polarization",
             .help = "Kahn factor: 0 is unpolarized light, 1 polarized along the polarization axis",
             .scale = 0.1,
             .lowest = -1,
             .highest = 1,
             .transform = Transform::Window}};
  }
  std::vector<double> values(const Experiment& base) const override { return {base.beam.polarization_fraction}; }
  void set(Experiment& experiment, std::span<const double> values) const override {
    experiment.beam.polarization_fraction = values[0];
  }
  std::optional<std::string> why_not(const Experiment& base, std::size_t) const override {
    if (base.beam.apply_polarization) return {};
    return "polarization is switched off";
  }
  kernel::PlanTangent tangent(const ParameterPoint&, std::size_t) const override {
    kernel::PlanTangent tangent{};
    tangent[kernel::slot::polarization] = 1;
    return tangent;
  }
};

}  // namespace femtobragg::gradients
