// Sets up variables, walks through the levels, and tells what was found.
#include "femtobragg/refine/refinement.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/gradients/parameters/recording.h"
#include "femtobragg/model/panel_windows.h"
#include "femtobragg/refine/schedule.h"
#include "femtobragg/refine/time_left.h"
#include "femtobragg/refine/uncertainty.h"
#include "femtobragg/simulate/compile_plan.h"
#include "femtobragg/simulate/record.h"

namespace femtobragg::refine {

Image expected_image(const Experiment& experiment, const RenderRequest& request, const std::stop_token& abandon) {
  return recorded(render(compile_plan(experiment), experiment.detector, request, {.stop = abandon}).image,
                  experiment.detector, experiment.recording, request.control.threads);
}

namespace {

Loss of_numbers(Loss loss, const Recording& recording) {
  loss.gain = recording.gain, loss.pedestal = recording.pedestal;
  return loss;
}

/// What a model costs, and how it agrees, without derivatives.
struct Agreement {
  double cost = 0;
  FitSums fit;
  double background = 0;  ///< photons of the target's and the pedestal, among those of the fit's model

  double net_model() const { return fit.model - background; }
  double net_data() const { return fit.data - background; }
};

Agreement agreement(const Experiment& experiment, const Target& target, std::span<const std::uint8_t> pixels,
                    const Loss& loss_of_photons, const RenderRequest& request, const std::stop_token& abandon) {
  Agreement result;
  const Loss loss = of_numbers(loss_of_photons, experiment.recording);
  const Image image = expected_image(experiment, request, abandon);
  for (const Panel& panel : experiment.detector.panels)
    for_each_place(panel, image.shape(), [&](std::size_t, std::size_t, std::size_t i) {
      if (!pixels[i]) return;
      const double background = target.background_at(i), data = target.photons[i];
      const double model = static_cast<double>(image.pixels[i]) + background;
      const double variance = pixel_variance(target, loss, i, model);
      result.cost += pixel_loss(loss, model, data, variance).cost;
      result.fit.add_pixel(model, data, variance);
      result.background += background + experiment.recording.pedestal;
    });
  if (!std::isfinite(result.fit.model))
    throw Error::runtime({.what = "the model is not finite", .where = target.name, .remedy = "check its experiment"});
  return result;
}

/// Multiplies what is above the background.
void scale_spots(Target& target, double factor) {
  for (std::size_t i = 0; i < target.photons.size(); ++i) {
    const double background = target.background_at(i);
    target.photons[i] = std::max(background + factor * (target.photons[i] - background), 0.0);
  }
}

[[noreturn]] void nothing_modelled(const Target& target) {
  throw Error::runtime({.what = "the model has no photons in the chosen pixels",
                        .where = target.name,
                        .rule = "there are no spots to fit",
                        .remedy = "check the structure factors, the fluence and the geometry"});
}

}  // namespace

double RefinementResult::degrees_of_freedom() const { return after.pixels - static_cast<double>(parameters.size()); }

double RefinementResult::reduced_chi_squared() const {
  const double freedom = degrees_of_freedom();
  return freedom > 0 ? after.chi_squared / freedom : std::nan("");
}

void Refinement::add(Experiment experiment, Target target) {
  images_.push_back({std::move(experiment), std::move(target)});
}

Experiment Refinement::with_values(std::size_t image, std::span<const double> values) const {
  std::vector<double> own;
  for (const std::size_t variable : images_[image].variables) own.push_back(values[variable]);
  return images_[image].space->at(own);
}

/// Backgrounds first, from where there are no spots; the photons that they leave are those of the crystal. They change
/// with the fluence.
void Refinement::scale_brightness() {
  if (refines_backgrounds()) scale_backgrounds();
  scale_fluence();
  if (refines_backgrounds()) scale_backgrounds();
}

void Refinement::scale_fluence() {
  std::vector<double> without = values_;
  for (std::size_t v = 0; v < variables_.size(); ++v)
    if (is_background_level(variables_[v].name)) without[v] = 0;
  for (std::size_t v = 0; v < variables_.size(); ++v) {
    if (variables_[v].name != "fluence" && variables_[v].name != "gain") continue;
    double model = 0, data = 0;
    for (std::size_t i = 0; i < images_.size(); ++i) {
      const ImageInput& image = images_[i];
      if (std::ranges::find(image.variables, v) == image.variables.end()) continue;
      const auto agreement_with = [&](std::span<const double> values) {
        return agreement(with_light_of(with_values(i, values), image.pixels), image.target, image.pixels, options_.loss,
                         options_.request, abandon_);
      };
      const Agreement found = agreement_with(values_);
      const double levels = refines_backgrounds() ? found.net_model() - agreement_with(without).net_model() : 0.0;
      if (!(found.net_model() > levels)) nothing_modelled(image.target);
      model += found.net_model() - levels, data += found.net_data() - levels;
    }
    if (data > 0) values_[v] = std::clamp(values_[v] * data / model, infos_[v].lowest, infos_[v].highest);
  }
}

LeastSquares Refinement::problem_of(const Level& level, std::vector<gradients::ParameterSpace>& spaces,
                                    std::vector<Target>& targets) const {
  LeastSquares problem;
  problem.request = options_.request;
  problem.abandon = abandon_;
  for (std::size_t v = 0; v < variables_.size(); ++v)
    problem.variables.push_back(
        {Coordinate(infos_[v], variables_[v].start), values_[v], level.coarse && !infos_[v].moves_spots});
  spaces.reserve(images_.size());
  targets.reserve(images_.size());
  for (std::size_t i = 0; i < images_.size(); ++i) {
    const ImageInput& image = images_[i];
    if (level.coarse) {
      problem.images.push_back(coarse_term(image, level.broadening, spaces, targets));
      continue;
    }
    spaces.emplace_back(with_light_of(image.experiment, image.pixels), image.space->names());
    problem.images.push_back({&spaces.back(), &image.target, image.pixels, image.variables,
                              of_numbers(options_.loss, with_values(i, values_).recording)});
  }
  problem.restraints = restraint_terms();
  return problem;
}

/// Broad spots on the image's smooth background, in place of the model's: next to a strong one the slightest error of
/// its level would outweigh them.
ImageTerm Refinement::coarse_term(const ImageInput& image, double broadening,
                                  std::vector<gradients::ParameterSpace>& spaces, std::vector<Target>& targets) const {
  // Around peaks a broad spot finds nothing to tell it that it is too broad.
  const bool around_peaks = selection_.set == PixelSet::Peaks || selection_.set == PixelSet::Spots;
  const auto pixels = without_direct_beam(image.experiment, around_peaks ? image.target.usable : image.pixels);
  Experiment experiment = with_broad_spots(with_pixels(image.experiment, pixels), broadening);
  // The target is in photons, and spots are broad enough.
  experiment.recording = {};
  const Target seen = image.above_smooth();
  const bool replaced = !seen.background.empty();
  if (replaced) experiment.water_edge_m = 0, experiment.backgrounds.clear();
  targets.push_back(smoothed(seen, experiment.detector, added_width_pixels(experiment, broadening)));
  ImageTerm term;
  term.target = &targets.back(), term.pixels = pixels;
  std::vector<std::string> names;
  for (std::size_t p = 0; p < image.space->size(); ++p) {
    const std::string& name = image.space->infos()[p].name;
    if ((replaced && is_background_level(name)) || gradients::RecordingFamily::has(name)) continue;
    names.push_back(name);
    term.variables.push_back(image.variables[p]);
  }
  spaces.emplace_back(experiment, names);
  term.space = &spaces.back();
  // Blurred spots are dimmer than broad ones; only their places count.
  const Agreement found = agreement(spaces.back().at(values_of(term, values_)), targets.back(), pixels, options_.loss,
                                    options_.request, abandon_);
  if (!(found.net_model() > 0) || !(found.net_data() > 0)) nothing_modelled(image.target);
  scale_spots(targets.back(), found.net_model() / found.net_data());
  term.loss = coarse_loss(targets.back());
  return term;
}

std::vector<RestraintTerm> Refinement::restraint_terms() const {
  std::vector<RestraintTerm> terms;
  for (const Restraint& restraint : options_.restraints)
    for (std::size_t v = 0; v < variables_.size(); ++v)
      if (variables_[v].name == leader_of(options_.ties, restraint.parameter))
        terms.push_back({v, restraint.value, restraint.sigma});
  for (std::size_t v = 0; v < variables_.size(); ++v)
    if (const auto& weak = variables_[v].weak) terms.push_back({v, weak->value, weak->sigma});
  return terms;
}

/// Of the true model, with the values as they are.
double Refinement::cost_and_fit(FitSums& fit) const {
  double cost = 0;
  for (std::size_t i = 0; i < images_.size(); ++i) {
    const ImageInput& image = images_[i];
    const Agreement found = agreement(with_light_of(with_values(i, values_), image.pixels), image.target, image.pixels,
                                      options_.loss, options_.request, abandon_);
    if (!(found.net_model() > 0)) nothing_modelled(image.target);
    cost += found.cost;
    fit.add(found.fit);
  }
  for (const RestraintTerm& restraint : restraint_terms())
    cost += 0.5 * std::pow(restraint.residual(values_[restraint.variable]), 2);
  return cost;
}

void Refinement::run_level(int number, RefinementResult& result, const RefinementWatch& watch) {
  const Level& level = result.levels[static_cast<std::size_t>(number)];
  const int levels = static_cast<int>(result.levels.size());
  std::vector<gradients::ParameterSpace> spaces;
  std::vector<Target> targets;
  LeastSquares problem = problem_of(level, spaces, targets);
  problem.stop = watch.stop;
  // Coarse levels only bring spots together; the noise of a large image cannot tell a millionth of its cost.
  const double tolerance = level.broadening > 1 ? 1e-4 : level.coarse ? 1e-6 : 1e-7;
  TimeLeft left(tolerance, options_.most_iterations);
  const Solution solution = minimise(problem, options_.most_iterations, tolerance, [&](Iteration iteration) {
    left.add(iteration.number, iteration.cost, iteration.accepted, iteration.seconds);
    iteration.level = number, iteration.levels = levels;
    iteration.seconds_left = left.seconds(levels - 1 - number);
    result.iterations.push_back(iteration);
    if (watch.iteration) watch.iteration(iteration);
  });
  if (abandon_.stop_requested()) throw backends::Stopped();
  values_ = solution.values;
  result.converged = solution.converged && number + 1 == levels;
  result.stopped = solution.stopped;
  result.termination = solution.termination;
  result.cost = solution.cost;
}

std::vector<std::string> Refinement::variable_names() const {
  std::vector<std::string> result;
  for (const RefinedParameter& variable : variables_)
    result.push_back(variable.image ? variable.name + " of image " + std::to_string(*variable.image) : variable.name);
  return result;
}

RefinementResult Refinement::run(const RefinementWatch& watch) {
  const auto began = std::chrono::steady_clock::now();
  RefinementResult result;
  abandon_ = watch.abandon;
  set_up();
  constrain(result);
  apply_start_values();
  if (options_.background) require_no_other_background(), fit_backgrounds(false, result);
  choose_approach(result);
  if (watch.note) std::ranges::for_each(result.notes, watch.note);
  result.cost_before = cost_and_fit(result.before);
  if (options_.start.empty()) scale_brightness();
  for (std::size_t level = 0; level < result.levels.size() && !result.stopped; ++level) {
    // Where spots were elsewhere, the scale was another.
    const bool later = level > 0 && !result.levels[level].coarse;
    if (later && (result.levels[level - 1].coarse || options_.background)) scale_brightness();
    if (later && options_.background) fit_backgrounds(true, result);
    run_level(static_cast<int>(level), result, watch);
  }
  tell_backgrounds(result, watch);
  finish(result);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return result;
}

void Refinement::finish(RefinementResult& result) const {
  std::vector<gradients::ParameterSpace> spaces;
  std::vector<Target> targets;
  const LeastSquares problem = problem_of({}, spaces, targets);
  result.parameters = variables_;
  result.image_correlation.assign(images_.size(), std::nan(""));
  for (std::size_t v = 0; v < variables_.size(); ++v) {
    const double width = width_of_bound(infos_[v]);
    result.parameters[v].value = values_[v];
    result.parameters[v].standard_error = std::nan("");
    result.parameters[v].at_bound = values_[v] <= infos_[v].lowest + width || values_[v] >= infos_[v].highest - width;
  }
  try {
    if (result.stopped) {
      // The search may have had the cost of a coarse level, or none yet.
      result.cost = std::nan("");
      FitSums fit;
      result.cost = cost_and_fit(fit);
    }
    add_errors(problem, result);
  } catch (const Error&) {
    // Halfway, it need not explain anything.
    if (!result.stopped || abandon_.stop_requested()) throw;
  }
}

void Refinement::add_errors(const LeastSquares& problem, RefinementResult& result) const {
  const std::vector<double> matrix = information(problem, values_, result.after);
  for (std::size_t i = 0; i < images_.size(); ++i) {
    const double correlation =
        agreement(problem.images[i].space->at(values_of(problem.images[i], values_)), images_[i].target,
                  without_direct_beam(images_[i].experiment, images_[i].pixels), options_.loss, options_.request,
                  abandon_)
            .fit.correlation();
    result.image_correlation[i] = correlation;
    if (!(correlation >= options_.least_correlation) && !result.stopped)
      throw Error::runtime({.what = "the refined model does not explain the image",
                            .where = images_[i].target.name,
                            .value = "a correlation of " + format_number(correlation, 3),
                            .rule = "at least " + format_number(options_.least_correlation, 3) + " is required",
                            .remedy = "start closer, check the fixed parameters, or index the image again"});
  }
  Uncertainty errors = uncertainty(matrix, variable_names());
  for (std::size_t v = 0; v < variables_.size(); ++v) result.parameters[v].standard_error = errors.standard_errors[v];
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
