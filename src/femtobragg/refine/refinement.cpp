// Sets up variables, walks through the levels, and tells what was found.
#include "femtobragg/refine/refinement.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/model/panel_windows.h"
#include "femtobragg/refine/schedule.h"
#include "femtobragg/refine/uncertainty.h"
#include "femtobragg/simulate/compile_plan.h"

namespace femtobragg::refine {
namespace {

/// "misset" stands for misset_x, misset_y, misset_z.
bool selects(const std::string& word, const std::string& parameter) {
  return parameter == word || parameter.starts_with(word + "_");
}

bool any_selects(const std::vector<std::string>& words, const std::string& parameter) {
  return std::ranges::any_of(words, [&](const std::string& word) { return selects(word, parameter); });
}

/// What a model costs, and how it agrees, without derivatives.
struct Agreement {
  double cost = 0;
  FitSums fit;
};

Agreement agreement(const Experiment& experiment, const Target& target, std::span<const std::uint8_t> pixels,
                    const Loss& loss, const RenderRequest& request) {
  Agreement result;
  const Image image = render(compile_plan(experiment), experiment.detector, request).image;
  for (const Panel& panel : experiment.detector.panels)
    for_each_place(panel, image.shape(), [&](std::size_t, std::size_t, std::size_t i) {
      if (!pixels[i]) return;
      const double model = static_cast<double>(image.pixels[i]), data = target.photons[i];
      const double variance = pixel_variance(target, loss, i, model);
      result.cost += pixel_loss(loss, model, data, variance).cost;
      result.fit.add_pixel(model, data, variance);
    });
  if (!std::isfinite(result.fit.model))
    throw Error::runtime({.what = "the model is not finite", .where = target.name, .remedy = "check its experiment"});
  return result;
}

/// What stems stood for.
std::vector<std::string> names_of(const gradients::ParameterSpace& space) {
  std::vector<std::string> names;
  for (const gradients::ParameterInfo& info : space.infos()) names.push_back(info.name);
  return names;
}

[[noreturn]] void nothing_modelled(const Target& target) {
  throw Error::runtime({.what = "the model has no photons in the chosen pixels",
                        .where = target.name,
                        .rule = "there are no spots to fit",
                        .remedy = "check the structure factors, the fluence and the geometry"});
}

}  // namespace

Restraint parse_restraint(const std::string& text) {
  const std::size_t equals = text.find('=');
  std::size_t sign = text.find("±"), length = std::string_view("±").size();
  if (sign == std::string::npos) sign = text.find("+-"), length = 2;
  if (equals != std::string::npos && sign != std::string::npos && sign > equals) {
    const auto value = parse_number(std::string_view(text).substr(equals + 1, sign - equals - 1));
    const auto sigma = parse_number(std::string_view(text).substr(sign + length));
    if (value && sigma && std::isfinite(*value) && *sigma > 0 && std::isfinite(*sigma) && equals > 0)
      return {text.substr(0, equals), *value, *sigma};
  }
  throw Error::usage({.what = "not a restraint",
                      .value = in_quotes(text),
                      .rule = "it must be NAME=VALUE±SIGMA with a SIGMA above zero",
                      .remedy = "write, for example, cell_a=34.8+-0.05"});
}

double RefinementResult::reduced_chi_squared() const {
  const double freedom = after.pixels - static_cast<double>(parameters.size());
  return freedom > 0 ? after.chi_squared / freedom : std::nan("");
}

void Refinement::add(Experiment experiment, Target target) {
  images_.push_back({std::move(experiment), std::move(target)});
}

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
    image.pixels = choose_pixels(image.target, image.experiment, options_.pixels);
    image.space = std::make_unique<gradients::ParameterSpace>(image.experiment, options_.parameters);
    image.variables.clear();
    if (names_of(*image.space) != names_of(*images_.front().space))
      throw Error::usage({.what = "images have different parameters",
                          .where = image.target.name,
                          .rule = "refined parameters must have derivatives in all images",
                          .remedy = "name the parameters one by one, or refine the image separately"});
    for (std::size_t k = 0; k < image.space->size(); ++k) {
      const gradients::ParameterInfo& info = image.space->infos()[k];
      const bool shared = is_shared(info);
      const auto known = std::ranges::find_if(
          variables_, [&](const RefinedParameter& v) { return v.name == info.name && !v.image && shared; });
      image.variables.push_back(static_cast<std::size_t>(known - variables_.begin()));
      if (known != variables_.end()) continue;
      variables_.push_back({info.name, info.unit, shared ? std::nullopt : std::optional(i)});
      variables_.back().start = image.space->start()[k];
      infos_.push_back(info);
    }
  }
}

namespace {

/// Start values of a run before lie near what the arguments give. From one that does not, a fit could only wander: with
/// indices by the million.
void require_near(const StartValue& start, const gradients::ParameterInfo& info, double given) {
  constexpr double most_factor = 1e9, most_scales = 1e5, most_times = 1e3;
  const double farthest = std::max(most_scales * info.scale, most_times * std::abs(given));
  const bool relative = info.transform == gradients::Transform::Log && given > 0;
  const bool near = relative ? start.value > given / most_factor && start.value < given * most_factor
                             : std::abs(start.value - given) < farthest;
  if (near && start.value >= info.lowest && start.value <= info.highest) return;
  throw Error::usage(
      {.what = "a start value is far from the arguments",
       .where = start.parameter,
       .value = format_number(start.value, 12),
       .rule = "the arguments give " + format_number(given, 12) + (info.unit.empty() ? std::string() : " " + info.unit),
       .remedy = "check the record, or put the value into the arguments"});
}

}  // namespace

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
    if (!taken)
      throw Error::usage({.what = "a start value is given for a parameter that is not refined",
                          .where = start.parameter,
                          .value = format_number(start.value, 12),
                          .rule = "it would be ignored",
                          .remedy = "refine it too, or put the value into the arguments"});
  }
  for (const RefinedParameter& variable : variables_) values_.push_back(variable.start);
}

Experiment Refinement::with_values(std::size_t image, std::span<const double> values) const {
  std::vector<double> own;
  for (const std::size_t variable : images_[image].variables) own.push_back(values[variable]);
  return images_[image].space->at(own);
}

void Refinement::scale_fluence() {
  for (std::size_t v = 0; v < variables_.size(); ++v) {
    if (variables_[v].name != "fluence") continue;
    double model = 0, data = 0;
    for (std::size_t i = 0; i < images_.size(); ++i) {
      const ImageInput& image = images_[i];
      if (std::ranges::find(image.variables, v) == image.variables.end()) continue;
      const FitSums fit = agreement(with_pixels(with_values(i, values_), image.pixels), image.target, image.pixels,
                                    options_.loss, options_.request)
                              .fit;
      if (!(fit.model > 0)) nothing_modelled(image.target);
      model += fit.model, data += fit.data;
    }
    if (data > 0) values_[v] = std::clamp(values_[v] * data / model, infos_[v].lowest, infos_[v].highest);
  }
}

LeastSquares Refinement::problem_of(const Level& level, std::vector<gradients::ParameterSpace>& spaces,
                                    std::vector<Target>& targets) const {
  const bool coarse = level.coarse;
  LeastSquares problem;
  problem.request = options_.request;
  for (std::size_t v = 0; v < variables_.size(); ++v)
    problem.variables.push_back(
        {Coordinate(infos_[v], variables_[v].start), values_[v], coarse && !infos_[v].moves_spots});
  spaces.reserve(images_.size());
  targets.reserve(images_.size());
  for (std::size_t i = 0; i < images_.size(); ++i) {
    const ImageInput& image = images_[i];
    // Around peaks a broad spot finds nothing to tell it that it is too broad.
    auto pixels = coarse && options_.pixels.set == PixelSet::Peaks ? image.target.usable : image.pixels;
    if (coarse) pixels = without_direct_beam(image.experiment, pixels);
    Experiment experiment = with_pixels(image.experiment, pixels);
    if (coarse) {
      experiment = with_broad_spots(experiment, level.broadening);
      targets.push_back(smoothed(image.target, experiment.detector, added_width_pixels(experiment, level.broadening)));
    }
    spaces.emplace_back(experiment, names_of(*image.space));
    problem.images.push_back(
        {&spaces.back(), coarse ? &targets.back() : &image.target, pixels, image.variables, options_.loss});
    if (!coarse) continue;
    // Blurred spots are dimmer than broad ones; only their places count.
    const FitSums fit = agreement(spaces.back().at(values_of(problem.images.back(), values_)), targets.back(), pixels,
                                  options_.loss, options_.request)
                            .fit;
    if (!(fit.model > 0) || !(fit.data > 0)) nothing_modelled(image.target);
    for (double& photons : targets.back().photons) photons *= fit.model / fit.data;
    problem.images.back().loss = coarse_loss(targets.back());
  }
  for (const Restraint& restraint : options_.restraints) {
    bool found = false;
    for (std::size_t v = 0; v < variables_.size(); ++v)
      if (variables_[v].name == restraint.parameter)
        problem.restraints.push_back({v, restraint.value, restraint.sigma}), found = true;
    if (!found)
      throw Error::usage({.what = "a restraint is given for a parameter that is not refined",
                          .where = restraint.parameter,
                          .remedy = "refine the parameter, or remove the restraint"});
  }
  return problem;
}

void Refinement::run_level(int number, const Level& level, RefinementResult& result,
                           const std::function<void(const Iteration&)>& progress) {
  std::vector<gradients::ParameterSpace> spaces;
  std::vector<Target> targets;
  const LeastSquares problem = problem_of(level, spaces, targets);
  // Coarse levels only bring spots together; the noise of a large image cannot tell a millionth of its cost.
  const double tolerance = level.broadening > 1 ? 1e-4 : level.coarse ? 1e-6 : 1e-7;
  const Solution solution = minimise(problem, options_.most_iterations, tolerance, [&](Iteration iteration) {
    iteration.level = number;
    result.iterations.push_back(iteration);
    if (progress) progress(iteration);
  });
  values_ = solution.values;
  result.converged = solution.converged;
  result.termination = solution.termination;
  result.cost = solution.cost;
}

std::vector<std::string> Refinement::variable_names() const {
  std::vector<std::string> result;
  for (const RefinedParameter& variable : variables_)
    result.push_back(variable.image ? variable.name + " of image " + std::to_string(*variable.image) : variable.name);
  return result;
}

RefinementResult Refinement::run(const std::function<void(const Iteration&)>& progress) {
  const auto began = std::chrono::steady_clock::now();
  set_up();
  apply_start_values();
  RefinementResult result;
  for (std::size_t i = 0; i < images_.size(); ++i) {
    const ImageInput& image = images_[i];
    const Agreement start = agreement(with_pixels(with_values(i, values_), image.pixels), image.target, image.pixels,
                                      options_.loss, options_.request);
    if (!(start.fit.model > 0)) nothing_modelled(image.target);
    result.cost_before += start.cost;
    result.before.add(start.fit);
  }
  if (options_.start.empty()) scale_fluence();
  const bool anything_moves =
      std::ranges::any_of(infos_, [](const gradients::ParameterInfo& info) { return info.moves_spots; });
  result.levels = schedule(anything_moves ? options_.levels : 0);
  for (std::size_t level = 0; level < result.levels.size(); ++level) {
    // Where spots were elsewhere, the scale was another.
    if (level > 0 && !result.levels[level].coarse) scale_fluence();
    run_level(static_cast<int>(level), result.levels[level], result, progress);
  }
  finish(result);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return result;
}

void Refinement::finish(RefinementResult& result) const {
  std::vector<gradients::ParameterSpace> spaces;
  std::vector<Target> targets;
  const LeastSquares problem = problem_of({}, spaces, targets);
  const std::vector<double> matrix = information(problem, values_, result.after);
  Uncertainty errors = uncertainty(matrix, variable_names());
  for (std::size_t i = 0; i < images_.size(); ++i) {
    const double correlation =
        agreement(spaces[i].at(values_of(problem.images[i], values_)), images_[i].target,
                  without_direct_beam(images_[i].experiment, images_[i].pixels), options_.loss, options_.request)
            .fit.correlation();
    result.image_correlation.push_back(correlation);
    if (!(correlation >= options_.least_correlation))
      throw Error::runtime({.what = "the refined model does not explain the image",
                            .where = images_[i].target.name,
                            .value = "a correlation of " + format_number(correlation, 3),
                            .rule = "at least " + format_number(options_.least_correlation, 3) + " is required",
                            .remedy = "start closer, check the fixed parameters, or index the image again"});
  }
  result.parameters = variables_;
  for (std::size_t v = 0; v < variables_.size(); ++v) {
    result.parameters[v].value = values_[v];
    result.parameters[v].standard_error = errors.standard_errors[v];
  }
  result.correlation = std::move(errors.correlation);
}

Experiment Refinement::start(std::size_t image, const RefinementResult& result) const {
  std::vector<double> values;
  for (const RefinedParameter& parameter : result.parameters) values.push_back(parameter.start);
  return with_values(image, values);
}

Experiment Refinement::refined(std::size_t image, const RefinementResult& result) const {
  std::vector<double> values;
  for (const RefinedParameter& parameter : result.parameters) values.push_back(parameter.value);
  return with_values(image, values);
}

}  // namespace femtobragg::refine
