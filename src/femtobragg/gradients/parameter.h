// Parameters: numbers of an experiment that can be differentiated and refined.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/kernel/plan_gradient.h"
#include "femtobragg/model/experiment.h"

#pragma GCC visibility push(default)
namespace femtobragg::gradients {

/// How an optimiser should walk along a parameter.
enum class Transform {
  Identity,
  Log,     ///< steps are relative: for what is above zero
  Window,  ///< within bounds, through a tanh: for what must stay near its start
};

struct ParameterInfo {
  std::string name{};  ///< "cell_a", "misset_x", "panel0_shift_fast"
  std::string unit{};  ///< of values and derivatives: "A", "deg", "mm"; empty for pure numbers
  std::string help{};
  double scale = 1;  ///< a change that an image shows, in the unit
  double lowest = -std::numeric_limits<double>::infinity(), highest = std::numeric_limits<double>::infinity();
  Transform transform = Transform::Identity;
  std::string same_as{};     ///< what has the same effect on an image, and is in "all" instead; empty: none
  bool moves_spots = false;  ///< others only change how bright or wide spots are, and wait for the true model
  bool per_image = false;    ///< each image of a refinement has its own, unless it is shared on request
  /// What the family changes. If two families change the same thing, an image cannot distinguish them.
  std::vector<std::string_view> moved{};
  /// What other parameters do nearly as well, such as the pattern's "scale". If parameters of two stems ("cell_a",
  /// "distance") share it, an image hardly tells them apart, and a refinement restrains both weakly.
  std::vector<std::string_view> alike{};
};

/// Change of an entry of the table of structure factors with a parameter.
struct AmplitudeRate {
  std::size_t entry = 0;
  double rate = 0;  ///< electrons per unit of the parameter
};

/// Change of the recording with a parameter, per unit of it.
struct RecordingRate {
  double gain = 0, pedestal = 0, fwhm_m = 0;

  friend bool operator==(const RecordingRate&, const RecordingRate&) = default;
};

/// Where a derivative is taken: the base, and a panel of the plan of an experiment that has these values.
struct ParameterPoint {
  const Experiment& base;
  const Experiment& experiment;
  const kernel::Plan& plan;
  std::size_t panel;
  std::span<const double> values;
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

  /// Why the photons have no derivative with respect to the member in this experiment; nothing: they do.
  virtual std::optional<std::string> why_not(const Experiment& base, std::size_t member) const = 0;

  /// Notes in the motion what the member needs beyond what every motion has: its twist, stretch, cells or
  /// backgrounds.
  virtual void prepare(const Experiment&, const kernel::Plan&, std::size_t, kernel::PlanMotion&) const {}

  /// d(plan)/d(member) for one panel.
  virtual kernel::PlanTangent tangent(const ParameterPoint& point, std::size_t member) const = 0;

  /// The entries of the structure factor table that the member changes; for most parameters none.
  virtual std::vector<AmplitudeRate> amplitude_rates(const Experiment&, std::size_t) const { return {}; }

  /// How the member changes what the detector makes of photons; for most parameters not at all.
  virtual RecordingRate recording_rate(std::size_t) const { return {}; }
};

using FamilyPointer = std::shared_ptr<const ParameterFamily>;

/// All families, in the order in which they are set. A new family is a header and a line in registry.cpp.
const std::vector<FamilyPointer>& registered_families();

/// The reflections among the names ("F_1_-2_0"): a table has too many to list them all.
FamilyPointer reflections_named(const Experiment& base, const std::vector<std::string>& names);

/// What users may request, and why there is no derivative with respect to it.
struct Refusal {
  std::string name, reason;
};
const std::vector<Refusal>& refusals();

/// Chosen parameters of an experiment.
class ParameterSpace {
 public:
  /// Names as the members have them, or families by a common stem ("cell", "misset"); "all": all that have derivatives
  /// here and do not duplicate an earlier one. Throws Error(Usage) for unknown names, for
  /// parameters without derivative (with the reason), and for two with the same effect.
  ParameterSpace(Experiment base, const std::vector<std::string>& names);

  std::size_t size() const { return infos_.size(); }
  const std::vector<ParameterInfo>& infos() const { return infos_; }
  std::vector<std::string> names() const;
  const Experiment& base() const { return base_; }

  /// Values of the base.
  const std::vector<double>& start() const { return start_; }

  /// The base with these values, by itself where they are those of start(). Throws Error(Usage) where no experiment can
  /// have them.
  Experiment at(std::span<const double> values) const;

  /// What moves with these parameters at a point.
  kernel::PlanMotion motion(const Experiment& at_values, const kernel::Plan& plan) const;
  std::vector<kernel::PlanTangent> tangents(std::span<const double> values, const Experiment& at_values,
                                            const kernel::Plan& plan, std::size_t panel) const;
  /// For each parameter.
  std::vector<std::vector<AmplitudeRate>> amplitude_rates(const Experiment& at_values) const;
  std::vector<RecordingRate> recording_rates() const;

 private:
  struct Place {
    std::size_t family, member;
  };
  void add(std::size_t family, std::size_t member, const ParameterInfo& info);
  void add_named(const std::string& name);
  void add_all();
  void refuse_conflicts() const;
  std::vector<std::vector<double>> by_family(std::span<const double> values) const;
  bool uses(std::size_t family) const;

  Experiment base_;
  std::vector<FamilyPointer> families_;
  std::vector<ParameterInfo> infos_;
  std::vector<Place> places_;
  std::vector<double> start_;
};

/// Every parameter of an experiment, with the reason where it has no derivative; structure factors as one pattern.
struct ListedParameter {
  ParameterInfo info;
  double value = 0;  ///< NaN for a pattern of names
  std::optional<std::string> why_not;
};
std::vector<ListedParameter> list_parameters(const Experiment& experiment);

}  // namespace femtobragg::gradients
#pragma GCC visibility pop
