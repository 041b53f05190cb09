// Names to members of families, and back to experiments and tangents.
#include <algorithm>
#include <cmath>
#include <limits>

#include "femtobragg/base/dual.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/gradients/near_parameters.h"
#include "femtobragg/gradients/parameter.h"
#include "femtobragg/gradients/parameters/structure_factors.h"
#include "femtobragg/physics/polarization.h"
#include "femtobragg/physics/rotation.h"

namespace femtobragg::gradients {
namespace {

Error no_derivative(const std::string& name, const std::string& reason) {
  return Error::usage({.what = "no derivative with respect to " + in_quotes(name),
                       .rule = reason,
                       .remedy = "remove it; `femtobragg parameters` lists the parameters"});
}

bool move_the_same(const ParameterInfo& one, const ParameterInfo& other) {
  return std::ranges::find_first_of(one.moved, other.moved) != one.moved.end();
}

Mat3d spindle_rotation(const Spindle& spindle, double phi) {
  if (phi == 0.0) return Mat3d::identity();
  const auto turned = [&](const Vec3d& v) { return physics::rotate_about_axis(v, spindle.axis, phi); };
  return transpose(Mat3d{turned({1, 0, 0}), turned({0, 1, 0}), turned({0, 0, 1})});
}

/// How a direction and its polarization frame change when the beam turns and the polarization axis stays.
kernel::PlanMotion::Turn turn_of(const Vec3d& incident, const Vec3d& polarization_axis) {
  using D = Dual<double, 3>;
  const Vec3d by[] = {cross(Vec3d{1, 0, 0}, incident), cross(Vec3d{0, 1, 0}, incident),
                      cross(Vec3d{0, 0, 1}, incident)};
  const Vec3<D> moving{{incident.x}, {incident.y}, {incident.z}};
  Vec3<D> turning = moving;
  for (std::size_t i = 0; i < 3; ++i)
    turning.x.rates[i] = by[i].x, turning.y.rates[i] = by[i].y, turning.z.rates[i] = by[i].z;
  const auto frame = physics::polarization_frame(turning, vec3_of<D>(polarization_axis));
  const auto rates = [](const Vec3<D>& v) {
    const auto row = [](const D& x) { return Vec3d{x.rates[0], x.rates[1], x.rates[2]}; };
    return Mat3d{row(v.x), row(v.y), row(v.z)};
  };
  return {rates(turning), rates(frame.e), rates(frame.b)};
}

}  // namespace

ParameterSpace::ParameterSpace(Experiment base, const std::vector<std::string>& names)
    : base_(std::move(base)), families_(registered_families()) {
  families_.push_back(reflections_named(base_, names));
  for (const std::string& name : names) name == "all" ? add_all() : add_named(name);
  refuse_conflicts();
}

std::vector<std::string> ParameterSpace::names() const {
  std::vector<std::string> names;
  for (const ParameterInfo& info : infos_) names.push_back(info.name);
  return names;
}

void ParameterSpace::add(std::size_t family, std::size_t member, const ParameterInfo& info) {
  const bool known = std::ranges::any_of(
      places_, [&](const Place& place) { return place.family == family && place.member == member; });
  if (known) return;
  if (const auto reason = families_[family]->why_not(base_, member)) throw no_derivative(info.name, *reason);
  places_.push_back({family, member});
  infos_.push_back(info);
  start_.push_back(families_[family]->values(base_)[member]);
}

/// A member, or all whose names begin with it: "cell" stands for "cell_a" and the others.
void ParameterSpace::add_named(const std::string& name) {
  bool found = false;
  const auto add_if = [&](auto&& fits) {
    for (std::size_t family = 0; family < families_.size(); ++family) {
      const auto members = families_[family]->members(base_);
      for (std::size_t i = 0; i < members.size(); ++i)
        if (fits(members[i].name)) add(family, i, members[i]), found = true;
    }
  };
  add_if([&](const std::string& member) { return member == name; });
  if (!found) add_if([&](const std::string& member) { return member.starts_with(name + "_"); });
  if (found) return;
  for (const Refusal& refusal : refusals())
    if (refusal.name == name) throw no_derivative(name, refusal.reason);
  std::vector<std::string> known;
  for (const FamilyPointer& family : families_)
    for (const ParameterInfo& member : family->members(base_)) known.push_back(member.name);
  const std::string meant = near_parameter(name, known);
  throw Error::usage(
      {.what = "unknown parameter",
       .value = in_quotes(name),
       .remedy = meant.empty() ? "`femtobragg parameters` lists the parameters" : "did you mean " + meant + "?"});
}

void ParameterSpace::add_all() {
  for (std::size_t family = 0; family < families_.size(); ++family) {
    const auto members = families_[family]->members(base_);
    for (std::size_t i = 0; i < members.size(); ++i)
      if (members[i].same_as.empty() && !families_[family]->why_not(base_, i)) add(family, i, members[i]);
  }
}

void ParameterSpace::refuse_conflicts() const {
  for (std::size_t one = 0; one < size(); ++one)
    for (std::size_t other = 0; other < size(); ++other) {
      if (places_[one].family >= places_[other].family || !move_the_same(infos_[one], infos_[other])) continue;
      throw Error::usage({.what = "two parameters with the same effect",
                          .value = infos_[one].name + ", " + infos_[other].name,
                          .rule = "the effects of the two cannot be distinguished",
                          .remedy = "choose one of them"});
    }
}

std::vector<std::vector<double>> ParameterSpace::by_family(std::span<const double> values) const {
  if (values.size() != size())
    throw Error::usage({.what = "the number of parameter values is wrong",
                        .value = std::to_string(values.size()),
                        .rule = "there are " + std::to_string(size()) + " parameters"});
  std::vector<std::vector<double>> all;
  for (const FamilyPointer& family : families_) all.push_back(family->values(base_));
  for (std::size_t i = 0; i < size(); ++i) all[places_[i].family][places_[i].member] = values[i];
  return all;
}

bool ParameterSpace::uses(std::size_t family) const {
  return std::ranges::any_of(places_, [&](const Place& place) { return place.family == family; });
}

Experiment ParameterSpace::at(std::span<const double> values) const {
  const auto all = by_family(values);
  for (std::size_t i = 0; i < size(); ++i) {
    const ParameterInfo& info = infos_[i];
    const bool positive = info.transform != Transform::Log || values[i] > 0;
    if (values[i] >= info.lowest && values[i] <= info.highest && positive) continue;
    throw Error::usage(
        {.what = "a parameter is outside its bounds",
         .where = info.name,
         .value = format_number(values[i]) + " " + info.unit,
         .rule = "it must be from " + format_number(info.lowest) + " to " + format_number(info.highest)});
  }
  Experiment experiment = base_;
  for (std::size_t family = 0; family < families_.size(); ++family)
    if (uses(family) && all[family] != families_[family]->values(base_))
      families_[family]->set(experiment, all[family]);
  return experiment;
}

kernel::PlanMotion ParameterSpace::motion(const Experiment& at_values, const kernel::Plan& plan) const {
  kernel::PlanMotion motion;
  const Crystal& crystal = at_values.crystal;
  motion.unrotated = {crystal.axes.a_m, crystal.axes.b_m, crystal.axes.c_m};
  for (const double phi : plan.phi_rad) {
    const Mat3d turn = spindle_rotation(at_values.spindle, phi);
    if (crystal.mosaic_rotations.empty()) motion.rotations.push_back(turn);
    for (const Mat3d& domain : crystal.mosaic_rotations) motion.rotations.push_back(domain * turn);
  }
  for (const kernel::Direction& direction : plan.directions)
    motion.turns.push_back(turn_of(direction.incident, at_values.beam.polarization_axis));
  for (const Place& place : places_) families_[place.family]->prepare(at_values, plan, place.member, motion);
  return motion;
}

std::vector<kernel::PlanTangent> ParameterSpace::tangents(std::span<const double> values, const Experiment& at_values,
                                                          const kernel::Plan& plan, std::size_t panel) const {
  const auto all = by_family(values);
  std::vector<kernel::PlanTangent> tangents;
  for (const Place& place : places_)
    tangents.push_back(
        families_[place.family]->tangent({base_, at_values, plan, panel, all[place.family]}, place.member));
  return tangents;
}

std::vector<std::vector<AmplitudeRate>> ParameterSpace::amplitude_rates(const Experiment& at_values) const {
  std::vector<std::vector<AmplitudeRate>> rates;
  for (const Place& place : places_) rates.push_back(families_[place.family]->amplitude_rates(at_values, place.member));
  return rates;
}

std::vector<RecordingRate> ParameterSpace::recording_rates() const {
  std::vector<RecordingRate> rates;
  for (const Place& place : places_) rates.push_back(families_[place.family]->recording_rate(place.member));
  return rates;
}

std::vector<ListedParameter> list_parameters(const Experiment& experiment) {
  std::vector<ListedParameter> list;
  for (const FamilyPointer& family : registered_families()) {
    const auto members = family->members(experiment);
    const auto values = family->values(experiment);
    for (std::size_t i = 0; i < members.size(); ++i)
      list.push_back({members[i], values[i], family->why_not(experiment, i)});
  }
  list.push_back({ReflectionFamily::pattern(), std::numeric_limits<double>::quiet_NaN(),
                  ReflectionFamily::why_no_table(experiment)});
  return list;
}

}  // namespace femtobragg::gradients
