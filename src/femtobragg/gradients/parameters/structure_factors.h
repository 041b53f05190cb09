// Amplitudes of single reflections, by name: "F_1_-2_0". Friedel mates of the same amplitude change together.
#pragma once

#include "femtobragg/gradients/parameter.h"

namespace femtobragg::gradients {

class ReflectionFamily : public ParameterFamily {
 public:
  /// Takes the names that are reflections. Throws Error(Usage) for reflections outside the table, and for one named
  /// twice.
  ReflectionFamily(const Experiment& base, const std::vector<std::string>& names);

  /// A summary of the names of all reflections, for lists.
  static ParameterInfo pattern();
  static std::optional<std::string> why_no_table(const Experiment& base);

  std::vector<ParameterInfo> members(const Experiment& base) const override;
  std::vector<double> values(const Experiment& base) const override;
  void set(Experiment& experiment, std::span<const double> values) const override;
  std::optional<std::string> why_not(const Experiment&, std::size_t) const override { return {}; }
  kernel::PlanTangent tangent(const ParameterPoint&, std::size_t) const override { return {}; }
  std::vector<AmplitudeRate> amplitude_rates(const Experiment& experiment, std::size_t member) const override;

 private:
  struct Group {
    std::string name;
    std::vector<std::size_t> entries;
  };
  std::vector<Group> groups_;
};

}  // namespace femtobragg::gradients
