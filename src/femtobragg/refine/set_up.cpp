// What varies in a refinement, what is known of it beforehand, and which levels and pixels suit the start.
#include <algorithm>
#include <cmath>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/refine/refinement.h"

namespace femtobragg::refine {
namespace {

/// "misset" stands for misset_x, misset_y, misset_z.
bool selects(const std::string& word, const std::string& parameter) {
  return parameter == word || parameter.starts_with(word + "_");
}

bool any_selects(const std::vector<std::string>& words, const std::string& parameter) {
  return std::ranges::any_of(words, [&](const std::string& word) { return selects(word, parameter); });
}

/// Start values of a run before lie near what the arguments give. From one that does not, a fit could only wander: with
/// indices by the million.
void require_near(const StartValue& start, const gradients::ParameterInfo& info, double given) {
  constexpr double most_factor = 1e9, most_scales = 1e5, most_times = 1e3;
  const double farthest = std::max(most_scales * info.scale, most_times * std::abs(given));
  const bool relative = info.transform == gradients::Transform::Log && given > 0;
  const bool near = relative ? start.value > given / most_factor && start.value < given * most_factor
                             : std::abs(start.value - given) < farthest;
  if (near) return;
  throw Error::usage(
      {.what = "a start value is far from the arguments",
       .where = start.parameter,
       .value = format_number(start.value, 12),
       .rule = "the arguments give " + format_number(given, 12) + (info.unit.empty() ? std::string() : " " + info.unit),
       .remedy = "check the record, or put the value into the arguments"});
}

std::string with_unit(double value, const std::string& unit) {
  return format_number(value, 12) + (unit.empty() ? "" : " " + unit);
}

[[noreturn]] void not_refined(const std::string& what, const std::string& parameter, const std::string& value = {}) {
  throw Error::usage({.what = what + " for a parameter that is not refined",
                      .where = parameter,
                      .value = value,
                      .rule = "it would be ignored",
                      .remedy = "refine the parameter too, or leave this out"});
}

}  // namespace

bool Refinement::is_shared(const gradients::ParameterInfo& parameter) const {
  if (images_.size() == 1 || any_selects(options_.shared, parameter.name)) return true;
  return !parameter.per_image && !any_selects(options_.per_image, parameter.name);
}

void Refinement::set_up() {
  if (images_.empty() || options_.parameters.empty())
    throw Error::usage({.what = "there is nothing to refine",
                        .rule = "an image and a parameter are needed",
                        .remedy = "name images and parameters"});
  variables_.clear(), infos_.clear(), values_.clear();
  for (std::size_t i = 0; i < images_.size(); ++i) {
    ImageInput& image = images_[i];
    image.space = std::make_unique<gradients::ParameterSpace>(image.experiment, options_.parameters);
    image.variables.clear();
    if (image.space->names() != images_.front().space->names())
      throw Error::usage({.what = "images have different parameters",
                          .where = image.target.name,
                          .rule = "refined parameters must have derivatives in all images",
                          .remedy = "name the parameters one by one, or refine the image separately"});
    for (std::size_t k = 0; k < image.space->size(); ++k) image.variables.push_back(variable_of(image, i, k));
  }
}

/// The one of a parameter in an image, which is made where it is new.
std::size_t Refinement::variable_of(const ImageInput& image, std::size_t number, std::size_t parameter) {
  const std::vector<gradients::ParameterInfo>& infos = image.space->infos();
  const std::string leader = leader_of(options_.ties, infos[parameter].name);
  const auto info = std::ranges::find(infos, leader, &gradients::ParameterInfo::name);
  if (info == infos.end()) not_refined("there is a tie", leader);
  if (info->unit != infos[parameter].unit)
    throw Error::usage({.what = "a tie of parameters in different units",
                        .value = leader + ", " + infos[parameter].name,
                        .remedy = "tie parameters of one kind"});
  const std::optional<std::size_t> own = is_shared(*info) ? std::nullopt : std::optional(number);
  const auto known =
      std::ranges::find_if(variables_, [&](const RefinedParameter& v) { return v.name == leader && v.image == own; });
  if (known != variables_.end()) return static_cast<std::size_t>(known - variables_.begin());
  variables_.push_back({info->name, info->unit, own});
  variables_.back().start = image.space->start()[static_cast<std::size_t>(info - infos.begin())];
  infos_.push_back(*info);
  return variables_.size() - 1;
}

/// What is said of parameters by name, before anything is computed.
void Refinement::require_refined_names() const {
  const std::vector<std::string> names = images_.front().space->names();
  const auto require = [&](const std::string& what, const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) not_refined(what, name);
  };
  for (const Tie& tie : options_.ties)
    for (const std::string& name : tie) require("there is a tie", name);
  for (const Bounds& bounds : options_.bounds) require("there are bounds", bounds.parameter);
  for (const Restraint& restraint : options_.restraints) require("there is a restraint", restraint.parameter);
  for (const auto& [what, words] :
       {std::pair{"per_image has a name", &options_.per_image}, {"shared has a name", &options_.shared}})
    for (const std::string& word : *words) {
      const auto selected = [&](const std::string& name) { return selects(word, name); };
      if (std::ranges::none_of(names, selected)) not_refined(what, word);
      const auto leads = [&](const std::string& name) { return leader_of(options_.ties, name) == name; };
      const auto name = std::ranges::find_if(names, selected);
      if (std::ranges::none_of(names, [&](const std::string& n) { return selected(n) && leads(n); }))
        throw Error::usage({.what = std::string(what) + " for a parameter that follows another",
                            .where = word,
                            .rule = "it is tied to " + leader_of(options_.ties, *name),
                            .remedy = "name that one"});
    }
}

void Refinement::tie(RefinementResult& result) {
  const std::vector<std::string> names = images_.front().space->names();
  for (const Tie& tie : options_.ties)
    for (const std::string& name : tie) {
      if (leader_of(options_.ties, name) != tie.front())
        throw Error::usage({.what = "a parameter is in two ties", .where = name, .remedy = "write them as one"});
      for (RefinedParameter& variable : variables_)
        if (variable.name == tie.front() && name != tie.front()) variable.tied.push_back(name);
      const std::vector<double>& start = images_.front().space->start();
      const auto place = [&](const std::string& of) {
        return static_cast<std::size_t>(std::ranges::find(names, of) - names.begin());
      };
      // What only differs by rounding starts there.
      const std::string own = format_number(start[place(name)], 12),
                        first = format_number(start[place(tie.front())], 12);
      if (own != first)
        result.notes.push_back(name + " starts as " + tie.front() + " does, at " + first + ", not at " + own);
    }
}

/// Ties, bounds and default restraints.
void Refinement::constrain(RefinementResult& result) {
  require_refined_names();
  tie(result);
  for (const Bounds& bounds : options_.bounds)
    for (std::size_t v = 0; v < variables_.size(); ++v)
      if (variables_[v].name == leader_of(options_.ties, bounds.parameter)) narrow(infos_[v], bounds);
  std::string weak;
  for (std::size_t v = 0; v < variables_.size() && options_.default_restraints; ++v) {
    RefinedParameter& variable = variables_[v];
    const bool known = std::ranges::any_of(options_.restraints, [&](const Restraint& r) {
      return leader_of(options_.ties, r.parameter) == variable.name;
    });
    const bool alone =
        std::ranges::none_of(infos_, [&](const gradients::ParameterInfo& other) { return do_alike(infos_[v], other); });
    if (known || alone) continue;
    variable.weak = {variable.name, variable.start, weak_sigma(infos_[v])};
    const std::string image = variable.image ? "[" + std::to_string(*variable.image) + "]" : "";
    weak += (weak.empty() ? "" : ", ") + variable.name + image + " to " + format_number(variable.weak->value, 7) +
            " +- " + with_unit(variable.weak->sigma, variable.unit);
  }
  if (!weak.empty())
    result.notes.push_back("weakly restrained, because an image can hardly tell their effects apart: " + weak);
}

void Refinement::apply_start_values() {
  for (const StartValue& start : options_.start) {
    bool taken = false;
    for (std::size_t v = 0; v < variables_.size(); ++v) {
      RefinedParameter& variable = variables_[v];
      if (variable.name != start.parameter || (start.image && variable.image && start.image != variable.image))
        continue;
      require_near(start, infos_[v], variable.start);
      variable.start = start.value, taken = true;
    }
    if (!taken) not_refined("there is a start value", start.parameter, format_number(start.value, 12));
  }
  for (std::size_t v = 0; v < variables_.size(); ++v) {
    variables_[v].start = at_near_bound(infos_[v], variables_[v].start);
    values_.push_back(variables_[v].start);
    // Before anything is rendered it is refused outside its bounds.
    static_cast<void>(Coordinate(infos_[v], variables_[v].start));
  }
}

/// What the weights of pixels follow from.
bool Refinement::refines_noise() const {
  return std::ranges::any_of(variables_, [](const RefinedParameter& variable) {
    return variable.name == "gain" || variable.name == "pedestal";
  });
}

/// Levels and pixels, where they are not given.
void Refinement::choose_approach(RefinementResult& result) {
  const bool anything_moves =
      std::ranges::any_of(infos_, [](const gradients::ParameterInfo& info) { return info.moves_spots; });
  int levels = options_.levels.value_or(0);
  selection_ = options_.pixels;
  look_below_peaks();
  const bool choose_levels = !options_.levels && anything_moves, choose_set = options_.pixels.set == PixelSet::Suited;
  if (choose_levels || choose_set) {
    std::vector<WayToGo> ways;
    for (std::size_t i = 0; i < images_.size(); ++i)
      ways.push_back(way_to_go(with_values(i, values_), images_[i].above_smooth()));
    const Approach approach = approach_for(ways);
    if (choose_levels) levels = approach.levels;
    if (choose_set) selection_.set = approach.pixels;
    result.notes.push_back((choose_levels ? counted(static_cast<std::size_t>(levels), "coarse level") : "") +
                           (choose_levels && choose_set ? ", " : "") +
                           (choose_set ? "pixels: " + std::string(name_of(selection_.set)) : "") + ", because " +
                           approach.why);
  }
  result.levels = schedule(anything_moves ? levels : 0);
  // The first fit of the true model tells what of the image is spots, and how many photons its numbers are.
  if (options_.background || refines_noise()) result.levels.push_back({});
  result.pixels = selection_.set;
  for (ImageInput& image : images_) image.pixels = choose_pixels(image.above_smooth(), image.experiment, selection_);
}

}  // namespace femtobragg::refine
