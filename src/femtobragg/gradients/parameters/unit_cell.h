// The edges and angles of the unit cell. The crystal's orientation stays.
#pragma once

#include "femtobragg/gradients/parameter.h"

namespace femtobragg::gradients {

class UnitCellFamily : public ParameterFamily {
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
