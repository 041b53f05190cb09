// `femtobragg refine`: parameters of an experiment from measured images.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <sstream>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/formats/io/separate_files.h"
#include "femtobragg/formats/tables/hkl_list.h"
#include "femtobragg/gradients/constant_transmission.h"
#include "femtobragg/nanobragg/flags/file_arguments.h"
#include "programs/fit_inputs.h"
#include "programs/refine_expt.h"
#include "programs/refine_report.h"
#include "programs/refine_settings.h"
#include "programs/refine_spots.h"
#include "programs/signals.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

using Words = std::vector<std::string>;

refine::BackgroundForm background_form(const std::string& text) try {
  return refine::parse_background_form(text);
} catch (const Error& error) {
  ErrorText parts = error.parts();
  parts.where = "--background";
  throw Error::usage(parts);
}

refine::RefinementOptions options_from(const RefineSettings& s) {
  refine::RefinementOptions options;
  options.parameters = s.parameters;
  options.per_image = s.per_image;
  options.shared = s.shared;
  options.loss.kind = refine::loss_kind_named(s.loss);
  if (is_reflection_table(s.pixels))
    options.pixels.set = refine::PixelSet::Spots;
  else if (!s.pixels.empty())
    options.pixels = refine::parse_pixel_selection(s.pixels);
  options.pixels.seed = s.seed;
  if (!s.background.empty()) options.background = background_form(s.background);
  options.default_restraints = !s.no_default_restraints;
  for (const std::string& text : s.bounds) options.bounds.push_back(refine::parse_bounds(text));
  for (const std::string& text : s.ties) options.ties.push_back(refine::parse_tie(text));
  for (const std::string& text : s.restraints) options.restraints.push_back(refine::parse_restraint(text));
  options.start = s.start;
  if (s.levels) options.levels = static_cast<int>(*s.levels);
  options.most_iterations = s.iterations;
  options.least_correlation = s.least_correlation;
  return options;
}

/// A line of further arguments for each image, blank-separated.
std::vector<Words> image_arguments(const RefineSettings& s) {
  std::vector<Words> lines(s.targets.size());
  if (s.image_arguments.empty()) return lines;
  std::istringstream text(
      formats::read_file(s.image_arguments.string(), "the images' arguments", formats::InputKind::Text));
  std::size_t count = 0;
  for (std::string line; std::getline(text, line);) {
    std::istringstream words(line);
    Words found;
    for (std::string word; words >> word;) found.push_back(word);
    if (found.empty() || found.front().starts_with("#")) continue;
    if (count < lines.size()) lines[count] = with_files_from(s.arguments_folder, found);
    ++count;
  }
  if (count != lines.size())
    throw Error::usage({.what = "the number of lines differs from the number of images",
                        .where = in_quotes(s.image_arguments.string()),
                        .value = std::to_string(count) + " lines, " + std::to_string(lines.size()) + " images",
                        .remedy = "write one line of arguments for each --target"});
  return lines;
}

std::string known(double value, int digits) { return std::isnan(value) ? "unknown" : format_number(value, digits); }

void tell(const refine::Iteration& i) {
  std::cerr << "level " << i.level << " iteration " << i.number << ": cost " << known(i.cost, 10) << ", step "
            << format_number(i.step, 3) << (i.accepted ? "" : " (refused)") << ", " << format_fixed(i.seconds, 3)
            << " s; about " << format_number(i.seconds_left, 2) << " s left\n";
}

std::string label_of(const refine::RefinedParameter& p) {
  std::string label = p.name;
  for (const std::string& other : p.tied) label += "=" + other;
  return label + (p.image ? "[" + std::to_string(*p.image) + "]" : "");
}

void print_table(const refine::RefinementResult& result) {
  if (result.stopped) std::cout << "stopped before convergence\n";
  for (const refine::RefinedParameter& p : result.parameters)
    std::cout << label_of(p) << " " << format_number(p.value, 10) << " +- " << known(p.standard_error, 3)
              << (p.unit.empty() ? "" : " ") << p.unit << " (start " << format_number(p.start, 10)
              << (p.at_bound ? "; at its bound" : "") << ")\n";
  std::cout << "reduced chi^2 " << known(result.reduced_chi_squared(), 5) << ", cost "
            << format_number(result.cost_before, 8) << " -> " << known(result.cost, 8) << ", "
            << counted(result.iterations.size(), "iteration") << " in " << format_fixed(result.seconds, 2) << " s\n"
            << "standard errors are those of counting, not scaled by chi^2: "
            << counted(static_cast<std::size_t>(result.after.pixels), "pixel") << ", "
            << static_cast<std::int64_t>(result.degrees_of_freedom()) << " degrees of freedom\n"
            << std::flush;
}

/// What the beam lights was computed at the start.
void warn_of_lit_volume(const refine::RefinementResult& result, const std::vector<FittedImage>& images) {
  if (std::ranges::none_of(images, [](const FittedImage& i) { return i.start.crystal.lit_volume_m3 > 0; })) return;
  for (const refine::RefinedParameter& p : result.parameters)
    if (p.name == "phi_start" || p.name == "beam_horizontal" || p.name == "beam_vertical") {
      std::cerr << "warning: " << p.name << " turns the crystal in the beam, but the volume that is lit is kept\n";
      return;
    }
}

void warn_of_transmission(const refine::RefinementResult& result, const std::vector<FittedImage>& images) {
  std::vector<std::string> names;
  for (const refine::RefinedParameter& p : result.parameters) names.push_back(p.name);
  for (const FittedImage& image : images)
    if (const std::string remark = gradients::remark_on_transmission(image.start, names); !remark.empty()) {
      std::cerr << "warning: " << remark << "\n";
      return;
    }
}

/// Structure factors of an earlier run may be replaced by those that continue it.
void require_inputs_kept(const RefineSettings& s) {
  Words inputs = s.targets;
  inputs.insert(inputs.end(), {s.mask, s.image_arguments.string(), s.restart.string()});
  if (is_reflection_table(s.pixels)) inputs.push_back(s.pixels);
  Words arguments = s.arguments;
  for (const Words& further : image_arguments(s)) arguments.insert(arguments.end(), further.begin(), further.end());
  for (const std::string& file : nanobragg::input_files(arguments)) inputs.push_back(file);
  formats::require_separate_files(inputs, Words{s.expt.string(), s.amplitudes.string()});
}

std::vector<FitInput> inputs_of(const RefineSettings& s) {
  const std::vector<Words> further = image_arguments(s);
  std::vector<FitInput> inputs;
  for (std::size_t i = 0; i < s.targets.size(); ++i) {
    Words arguments = s.arguments;
    arguments.insert(arguments.end(), further[i].begin(), further[i].end());
    inputs.push_back(fit_input(arguments, s.targets[i], s.mask, s.offset, s.parameters));
  }
  if (is_reflection_table(s.pixels)) {
    std::vector<SpotImage> images;
    for (FitInput& input : inputs) images.push_back({&input.target, first_frame(input.run->geometry_file)});
    take_spots(s.pixels, images, inputs.front().experiment.detector.panels.size());
  }
  return inputs;
}

refine::RefinementResult refine_parameters(const RefineSettings& s, refine::RefinementOptions options,
                                           std::vector<FittedImage>& images, const StopOnSignal& stop) {
  femtobragg::refine::Refinement refinement(std::move(options));
  for (const FittedImage& image : images) refinement.add(image.start, image.target);
  femtobragg::refine::RefinementWatch watch{.stop = stop.token()};
  if (!s.quiet) watch.iteration = tell;
  watch.note = [](const std::string& note) { std::cerr << note << "\n"; };
  refine::RefinementResult result = refinement.run(watch);
  for (std::size_t i = 0; i < images.size(); ++i) {
    images[i].start = refinement.start(i, result);
    images[i].fitted = refinement.refined(i, result);
    images[i].target.background = refinement.target(i).background;
    if (!result.backgrounds.empty()) images[i].background = result.backgrounds[i];
  }
  print_table(result);
  warn_of_lit_volume(result, images);
  warn_of_transmission(result, images);
  return result;
}

/// The table with the reflections that a run before has found.
std::shared_ptr<const StructureFactors> begun(const Experiment& experiment, const std::filesystem::path& found) {
  if (found.empty() || !experiment.structure_factors) return experiment.structure_factors;
  auto table = std::make_shared<StructureFactors>(*experiment.structure_factors);
  const std::string text = formats::read_file(found.string(), "the structure factors of the earlier run");
  const StructureFactors before = formats::parse_hkl_lines(text, found.string(), std::nan("")).factors;
  before.box.for_each([&](std::int64_t h, std::int64_t k, std::int64_t l) {
    const double value = before.values[before.index(h, k, l)];
    if (!std::isnan(value) && table->has_table() && table->box.contains(h, k, l))
      table->values[table->index(h, k, l)] = value;
  });
  return table;
}

void write_amplitudes(const std::filesystem::path& path, const refine::AmplitudeResult& result) {
  std::string text = "# h k l F, its standard error, images that show it\n";
  for (const refine::MeasuredAmplitude& r : result.reflections)
    text += std::to_string(r.h) + " " + std::to_string(r.k) + " " + std::to_string(r.l) + " " +
            format_number(r.amplitude, 7) + " " + format_number(r.standard_error, 3) + " " +
            std::to_string(r.observations) + "\n";
  formats::write_text(path, text);
}

/// Where structure factors are found without a refinement before: between the spots of ARGS.
void fit_backgrounds(const refine::RefinementOptions& options, std::vector<FittedImage>& images) {
  for (FittedImage& image : images) {
    refine::require_no_background(image.start, image.target.name);
    Experiment whole = refine::with_light_of(image.start, image.target.usable);
    const double gain = whole.recording.gain;
    const refine::Target photons = refine::in_photons(image.target, whole.recording);
    whole.recording.gain = 1;
    const Image spots = refine::expected_image(whole, options.request);
    image.background =
        refine::smooth_background(photons, whole, *options.background,
                                  std::vector<double>(spots.pixels.begin(), spots.pixels.end()), options.request);
    image.target.background = image.background->photons;
    for (double& number : image.target.background) number *= gain;
  }
}

refine::AmplitudeResult find_amplitudes(const RefineSettings& s, std::vector<FittedImage>& images,
                                        const RenderRequest& request) {
  std::vector<femtobragg::refine::AmplitudeImage> inputs;
  const auto start = begun(images.front().fitted, s.start_amplitudes);
  for (const FittedImage& image : images) {
    inputs.push_back({image.fitted, &image.target});
    if (!s.start_amplitudes.empty()) inputs.back().experiment.structure_factors = start;
  }
  refine::AmplitudeResult result = femtobragg::refine::solve_amplitudes(
      std::move(inputs), {.most_iterations = s.amplitude_iterations, .request = request},
      [&](const femtobragg::refine::AmplitudeIteration& i) {
        if (!s.quiet)
          std::cerr << "structure factors, iteration " << i.number << ": cost " << format_number(i.cost, 10)
                    << (i.accepted ? ", change " + format_number(i.change, 3) : std::string(" (refused)")) << ", "
                    << format_fixed(i.seconds, 3) << " s\n";
      });
  for (FittedImage& image : images) image.fitted.structure_factors = result.table;
  write_amplitudes(s.amplitudes, result);
  std::cout << "structure factors: " << result.reflections.size() << " (" << result.independent << " independent) in "
            << s.amplitudes.string() << ", cost " << format_number(result.cost_before, 8) << " -> "
            << format_number(result.cost, 8) << ", " << counted(result.iterations.size(), "iteration") << " in "
            << format_fixed(result.seconds, 2) << " s\n"
            << std::flush;
  return result;
}

void warn(const std::string& what, const std::string& remedy) {
  std::cerr << "warning: not converged: " << what << "; " << remedy << "\n";
}

/// It renders each image twice.
void leave_report(const RefineSettings& s, const std::vector<FittedImage>& images, const RefineOutcome& outcome,
                  const RenderRequest& request) {
  std::cerr << "writing the report " << (s.report / "report.html").string() << "\n";
  write_refine_report(s, images, outcome, request);
}

/// The report of what was found so far, from which it can go on.
int leave_stopped(const RefineSettings& s, const std::vector<FittedImage>& images, const RefineOutcome& outcome,
                  const RenderRequest& request, int signal) {
  const std::filesystem::path record =
      s.report.empty() ? std::filesystem::path("stopped_refinement.json") : s.report / "refinement.json";
  if (s.report.empty())
    write_refine_record(record, s, images, outcome);
  else
    leave_report(s, images, outcome, request);
  std::cerr << "stopped; to go on: femtobragg refine --restart " << record.string() << "\n";
  constexpr int ended_by_signal = 128;
  return ended_by_signal + signal;
}

}  // namespace

int refine(const Words& words) {
  const std::optional<RefineSettings> settings = refine_settings_from(words);
  if (!settings) return 0;
  const RefineSettings& s = *settings;
  require_inputs_kept(s);
  refine::RefinementOptions options = options_from(s);
  if (!s.amplitudes.empty()) formats::require_writable(s.amplitudes.string());
  if (!s.expt.empty()) formats::require_writable(s.expt.string());
  std::vector<FitInput> inputs = inputs_of(s);
  const RenderRequest request = options.request = inputs.front().request;
  std::vector<FittedImage> images;
  for (FitInput& input : inputs) images.push_back({input.experiment, input.experiment, std::move(input.target)});
  RefineOutcome outcome;
  std::optional<StopOnSignal> stop;
  if (!s.parameters.empty()) outcome.parameters = refine_parameters(s, options, images, stop.emplace());
  if (s.parameters.empty() && options.background) fit_backgrounds(options, images);
  const int signal = outcome.stopped() ? stop->signal() : 0;
  stop.reset();
  if (!s.expt.empty()) write_refined_expt(s.expt, inputs, images);
  if (outcome.stopped()) return leave_stopped(s, images, outcome, request, signal);
  if (!s.amplitudes.empty()) {
    // From here on a signal ends the program: what was refined is kept.
    if (outcome.parameters && !s.report.empty()) write_refine_record(s.report / "refinement.json", s, images, outcome);
    outcome.amplitudes = find_amplitudes(s, images, request);
  }
  if (!s.report.empty()) leave_report(s, images, outcome, request);
  if (outcome.parameters && !outcome.parameters->converged)
    warn(outcome.parameters->termination, "continue with --restart, or allow more --iterations");
  if (outcome.amplitudes && !outcome.amplitudes->converged)
    warn("structure factors still change", "continue with --restart, or allow more --amplitude-iterations");
  return outcome.converged() ? 0 : not_converged;
}

}  // namespace femtobragg::programs
