// Parameters: numbers of an experiment that can be differentiated and refined.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "femtobragg/kernel/plan_gradient.h"
#include "femtobragg/model/experiment.h"

namespace femtobragg::gradients {

/// How an optimiser should walk along a parameter.
enum class Transform {
  Identity,
  Log,     ///< steps are relative: for what is above zero
  Window,  ///< within bounds, through a tanh: for what must stay near its start
};

struct ParameterInfo {
  std::string name;  ///< "cell_a", "misset_x", "panel0_shift_fast"
  std::string unit;  ///< of values and derivatives: "A", "deg", "mm"; empty for pure numbers
  std::string help;
  double scale = 1;  ///< a change that an image shows, in the unit
  double lowest = -std::numeric_limits<double>::infinity(), highest = std::numeric_limits<double>::infinity();
  Transform transform = Transform::Identity;
};

/// Change of an entry of the table of structure factors with a parameter.
struct AmplitudeRate {
  std::size_t entry = 0;
  double rate = 0;  ///< electrons a unit of the parameter
};

/// Parameters that are set together, such as the six of a cell.
class ParameterFamily {
 public:
  virtual ~ParameterFamily() = default;

  /// The members for this experiment; there may be more for more panels.
  virtual std::vector<ParameterInfo> members(const Experiment& base) const = 0;

  /// Values of all members. What is only known as a change from the base is zero.
  virtual std::vector<double> values(const Experiment& base) const = 0;

  /// Gives the experiment these values. It has those of values(), or has been changed by other families from there.
  virtual void set(Experiment& experiment, std::span<const double> values) const = 0;

  /// Why the photons have no derivative with respect to the member in this experiment; nothing: they have.
  virtual std::optional<std::string> why_not(const Experiment& base, std::size_t member) const = 0;

  /// Notes in the motion what the member needs beyond what every motion has: its twist, stretch or cells.
  virtual void prepare(const Experiment& experiment, const kernel::Plan& plan, kernel::PlanMotion& motion) const;

  /// d(plan)/d(member) at an experiment that has these values, for one panel.
  virtual kernel::PlanTangent tangent(const Experiment& experiment, const kernel::Plan& plan, std::size_t panel,
                                      std::span<const double> values, std::size_t member) const = 0;

  /// The entries of the structure factor table that the member changes; for most parameters none.
  virtual std::vector<AmplitudeRate> amplitude_rates(const Experiment& experiment, std::size_t member) const;
};

/// All families, in the order in which they are set.
const std::vector<std::unique_ptr<ParameterFamily>>& registered_families();

/// Chosen parameters of an experiment.
class ParameterSpace {
 public:
  /// Names as the members have them, or families by a common stem ("cell", "misset"); "all": all that have derivatives
  /// here and do not stand for the same change as an earlier one. Throws Error(Usage) for unknown names, for
  /// parameters without derivative (with the reason), and for two that turn the same thing.
  ParameterSpace(Experiment base, const std::vector<std::string>& names);

  std::size_t size() const { return infos_.size(); }
  const std::vector<ParameterInfo>& infos() const { return infos_; }
  const Experiment& base() const { return base_; }

  /// Values of the base.
  const std::vector<double>& start() const { return start_; }

  /// The base with these values. Throws Error(Usage) where no experiment can have them.
  Experiment at(std::span<const double> values) const;

  /// What moves with these parameters at a point.
  kernel::PlanMotion motion(const Experiment& at_values, const kernel::Plan& plan) const;
  std::vector<kernel::PlanTangent> tangents(std::span<const double> values, const Experiment& at_values,
                                            const kernel::Plan& plan, std::size_t panel) const;
  /// For each parameter.
  std::vector<std::vector<AmplitudeRate>> amplitude_rates(const Experiment& at_values) const;

 private:
  struct Place {
    std::size_t family, member;
  };
  std::vector<double> family_values(std::size_t family, std::span<const double> values) const;

  Experiment base_;
  std::vector<ParameterInfo> infos_;
  std::vector<Place> places_;
  std::vector<double> start_;
};

/// Every parameter of an experiment, with the reason where it has no derivative.
struct ListedParameter {
  ParameterInfo info;
  double value = 0;
  std::optional<std::string> why_not;
};
std::vector<ListedParameter> list_parameters(const Experiment& experiment);

}  // namespace femtobragg::gradients
