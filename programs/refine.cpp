// `femtobragg refine`: parameters of an experiment from measured images.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <sstream>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/input_file.h"
#include "programs/fit_inputs.h"
#include "programs/refine_report.h"
#include "programs/refine_settings.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

using Words = std::vector<std::string>;

constexpr int not_converged = 3;

refine::RefinementOptions options_from(const RefineSettings& s) {
  refine::RefinementOptions options;
  options.parameters = s.parameters;
  options.per_image = s.per_image;
  options.shared = s.shared;
  options.loss.kind = refine::loss_kind_named(s.loss);
  options.pixels = refine::parse_pixel_selection(s.pixels);
  options.pixels.seed = s.seed;
  for (const std::string& text : s.restraints) options.restraints.push_back(refine::parse_restraint(text));
  options.start = s.start;
  options.levels = s.levels;
  options.most_iterations = s.iterations;
  options.least_correlation = s.least_correlation;
  return options;
}

/// A line of further arguments for each image, blank-separated.
std::vector<Words> image_arguments(const RefineSettings& s) {
  std::vector<Words> lines(s.targets.size());
  if (s.image_arguments.empty()) return lines;
  std::istringstream text(formats::read_file(s.image_arguments.string(), "the images' arguments"));
  std::size_t count = 0;
  for (std::string line; std::getline(text, line);) {
    std::istringstream words(line);
    Words found;
    for (std::string word; words >> word;) found.push_back(word);
    if (found.empty() || found.front().starts_with("#")) continue;
    if (count < lines.size()) lines[count] = found;
    ++count;
  }
  if (count != lines.size())
    throw Error::usage({.what = "not a line for each image",
                        .where = in_quotes(s.image_arguments.string()),
                        .value = std::to_string(count) + " lines, " + std::to_string(lines.size()) + " images",
                        .remedy = "write one line of arguments for each --target"});
  return lines;
}

void tell(const refine::Iteration& i) {
  std::cerr << "level " << i.level << " iteration " << i.number << ": cost " << format_number(i.cost, 10) << ", step "
            << format_number(i.step, 3) << (i.accepted ? "" : " (refused)") << ", " << format_fixed(i.seconds, 3)
            << " s\n";
}

void print_table(const refine::RefinementResult& result) {
  for (const refine::RefinedParameter& p : result.parameters)
    std::cout << p.name << (p.image ? "[" + std::to_string(*p.image) + "]" : "") << " " << format_number(p.value, 10)
              << " +- " << format_number(p.standard_error, 3) << (p.unit.empty() ? "" : " ") << p.unit << " (start "
              << format_number(p.start, 10) << ")\n";
  std::cout << "reduced chi^2 " << format_number(result.reduced_chi_squared(), 5) << ", cost "
            << format_number(result.cost_before, 8) << " -> " << format_number(result.cost, 8) << ", "
            << result.iterations.size() << " iterations in " << format_fixed(result.seconds, 2) << " s\n";
}

}  // namespace

int refine(const Words& words) {
  const std::optional<RefineSettings> settings = refine_settings_from(words);
  if (!settings) return 0;
  const RefineSettings& s = *settings;
  refine::RefinementOptions options = options_from(s);
  const std::vector<Words> further = image_arguments(s);
  std::vector<FitInput> inputs;
  for (std::size_t i = 0; i < s.targets.size(); ++i) {
    Words arguments = s.arguments;
    arguments.insert(arguments.end(), further[i].begin(), further[i].end());
    inputs.push_back(fit_input(arguments, s.targets[i], s.mask, s.offset));
    options.request = inputs.front().request;
  }
  femtobragg::refine::Refinement refinement(std::move(options));
  for (const FitInput& input : inputs) refinement.add(input.experiment, input.target);
  const femtobragg::refine::RefinementResult result = refinement.run([&](const femtobragg::refine::Iteration& i) {
    if (!s.quiet) tell(i);
  });
  print_table(result);
  if (!s.report.empty()) write_refine_report(s, refinement, result);
  if (result.converged) return 0;
  std::cerr << "warning: not converged: " << result.termination
            << "; go on with --restart, or allow more --iterations\n";
  return not_converged;
}

}  // namespace femtobragg::programs
