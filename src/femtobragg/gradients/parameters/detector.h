// Where the detector's panels are.
#pragma once

#include "femtobragg/gradients/parameter.h"

namespace femtobragg::gradients {

/// All panels together, then each panel in its own axes. One after another: each panel is turned about its own centre
/// and shifted, the whole detector is turned about the point where the direct beam meets the first panel, moved along
/// the beam and across it, and swung about the sample.
class DetectorFamily : public ParameterFamily {
 public:
  std::vector<ParameterInfo> members(const Experiment& base) const override;
  std::vector<double> values(const Experiment& base) const override;
  void set(Experiment& experiment, std::span<const double> values) const override;
  std::optional<std::string> why_not(const Experiment& base, std::size_t member) const override;
  kernel::PlanTangent tangent(const ParameterPoint& point, std::size_t member) const override;
};

}  // namespace femtobragg::gradients
