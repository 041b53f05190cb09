// The beam's wavelengths and direction.
#pragma once

#include "femtobragg/gradients/parameter.h"

namespace femtobragg::gradients {

/// Wavelengths scale about the central one; all incident directions turn together by one rotation vector across the
/// base's beam. The polarization axis stays in the lab.
class BeamFamily : public ParameterFamily {
 public:
  std::vector<ParameterInfo> members(const Experiment& base) const override;
  std::vector<double> values(const Experiment& base) const override;
  void set(Experiment& experiment, std::span<const double> values) const override;
  std::optional<std::string> why_not(const Experiment& base, std::size_t member) const override;
  void prepare(const Experiment& experiment, const kernel::Plan& plan, std::size_t member,
               kernel::PlanMotion& motion) const override;
  kernel::PlanTangent tangent(const ParameterPoint& point, std::size_t member) const override;
};

}  // namespace femtobragg::gradients
