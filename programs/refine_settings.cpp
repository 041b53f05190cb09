// Options of `femtobragg refine`, some of them from the record of a run before.
#include "programs/refine_settings.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/geometry/expt_writer.h"
#include "femtobragg/formats/io/input_file.h"
#include "programs/command_options.h"

namespace femtobragg::programs {
namespace {

constexpr int most_iterations = 1'000'000;

void describe(CommandOptions& options, RefineSettings& s) {
  options.footer(
      "ARGS are those of femtobragg simulate; they define the start.\n"
      "Exit status: 0 converged; 3 ended before convergence; 2 wrong command line; 128 + n stopped by signal n, with a "
      "report of what was found; 1 other errors.");
  options.add("--target", s.targets, "measured images").one_or_more_values().type("IMAGE");
  options.add("--refine", s.parameters, "parameters, or families such as misset and cell").separated_by_commas();
  options
      .add("--per-image", s.per_image,
           "parameters that each image has separately; default: misset, rotation, fluence, blocks")
      .separated_by_commas();
  options.add("--shared", s.shared, "parameters that all images share; default: all others").separated_by_commas();
  options.add("--image-args", s.image_arguments, "text file with one line of additional ARGS for each image")
      .type("FILE");
  options.add("--mask", s.mask, "image of a target's size: pixels that are zero are excluded").type("FILE");
  options.add("--offset", s.offset,
              "value of a pixel without photons; default: ADC_OFFSET of the image's header, else 0");
  options
      .add("--pixels", s.pixels,
           "all, peaks, the number of random pixels, or a table of DIALS with the spots to use; default: peaks where "
           "the "
           "start is near, else all")
      .type("N|all|peaks|FILE.refl");
  options.add("--seed", s.seed, "seed of the random pixels");
  options.add("--loss", s.loss, "cost of a pixel; default: poisson").one_of(femtobragg::refine::loss_kind_names());
  options.add("--restraint", s.restraints, "pulls a parameter towards a value").type("NAME=VALUE±SIGMA");
  options.add("--bounds", s.bounds, "keeps a parameter within these").type("NAME=LOWEST:HIGHEST");
  options.add("--tie", s.ties, "gives parameters one value, which starts as that of the first").type("NAME=NAME");
  options.add("--no-default-restraints", s.no_default_restraints,
              "no weak restraints on parameters that do each other's work");
  options
      .add("--levels", s.levels,
           "number of levels with broadened spots before the final one; default: as the start is far, 0 where it is "
           "near")
      .range(0, 12);
  options.add("--iterations", s.iterations, "maximum for each level; default: 100").range(1, most_iterations);
  options.add("--least-correlation", s.least_correlation,
              "least correlation of model and image at the end, below which the fit fails; default: 0.2");
  options
      .add("--amplitudes", s.amplitudes,
           "fits structure factors with the refined geometry (without --refine: that of ARGS) and writes h k l F, its "
           "standard error and the number of images that show it; starts from those of ARGS")
      .type("OUT.hkl");
  options.add("--amplitude-iterations", s.amplitude_iterations, "maximum for structure factors; default: 100")
      .range(1, most_iterations);
  options.add("--expt,-o", s.expt, "experiment list of DIALS with the refined values").type("OUT.expt");
  options.add("--report", s.report, "folder for refinement.json, report.html and pictures").type("DIR");
  options.add("--restart", s.restart, "refinement.json of an earlier run: uses its options, and starts from its values")
      .type("FILE");
  options.add("--quiet", s.quiet, "no progress");
}

/// A value of the record. Whole numbers must be whole: 1e308 is none.
template <class T>
void read_value(const nlohmann::json& record, const std::string& key, T& value) {
  const nlohmann::json& found = record.at(key);
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    if (!found.is_number_unsigned())
      refuse_words("refine", "--restart", key + ": " + found.dump(), "it must be a whole number that is not negative");
    if (std::is_same_v<T, int> && (found.get<std::uint64_t>() < 1 || found.get<std::uint64_t>() > most_iterations))
      refuse_words("refine", "--restart", key + ": " + found.dump(),
                   "it must be from 1 to " + std::to_string(most_iterations));
  }
  found.get_to(value);
}

/// What was not said again.
void take_over(RefineSettings& s, const CommandOptions& options) {
  try {
    const nlohmann::json record = nlohmann::json::parse(
        formats::read_file(s.restart.string(), "the record of a refinement", formats::InputKind::Text));
    const nlohmann::json& before = record.at("settings");
    const auto take = [&](const char* option, auto& value) {
      const std::string key = std::string(option).substr(2);
      if (!options.given(option) && before.contains(key)) read_value(before, key, value);
    };
    take("--target", s.targets), take("--refine", s.parameters), take("--per-image", s.per_image);
    take("--shared", s.shared), take("--mask", s.mask), take("--pixels", s.pixels), take("--seed", s.seed);
    take("--loss", s.loss), take("--restraint", s.restraints), take("--bounds", s.bounds);
    take("--tie", s.ties), take("--no-default-restraints", s.no_default_restraints), take("--iterations", s.iterations);
    take("--least-correlation", s.least_correlation);
    take("--amplitude-iterations", s.amplitude_iterations);
    const auto take_path = [&](const char* option, std::filesystem::path& path) {
      std::string text = path.string();
      take(option, text);
      path = text;
    };
    take_path("--image-args", s.image_arguments), take_path("--amplitudes", s.amplitudes);
    s.start_amplitudes = before.value("amplitudes", "");
    if (!s.offset && before.contains("offset")) s.offset = before.at("offset").get<double>();
    if (s.arguments.empty()) before.at("arguments").get_to(s.arguments);
    // It starts where the coarse levels had ended, unless these were stopped.
    if (!options.given("--levels") && !record.value("stopped", false)) s.levels = 0;
    for (const nlohmann::json& parameter : record.at("parameters")) {
      std::optional<std::size_t> image;
      if (!parameter.at("image").is_null()) read_value(parameter, "image", image.emplace());
      s.start.push_back({parameter.at("name"), image, parameter.at("value")});
    }
  } catch (const nlohmann::json::exception& error) {
    throw Error::runtime({.what = "not the record of a refinement",
                          .where = in_quotes(s.restart.string()),
                          .rule = error.what(),
                          .remedy = "give the refinement.json written by --report"});
  }
}

}  // namespace

std::optional<RefineSettings> refine_settings_from(const Words& words) {
  RefineSettings s;
  CommandOptions options(
      "Fits an experiment to measured images:   femtobragg refine --target IMAGE --refine LIST -- ARGS...",
      "femtobragg refine");
  describe(options, s);
  if (!options.parse(words, s.arguments)) return {};
  if (!s.restart.empty()) take_over(s, options);
  if (s.targets.empty()) refuse_words("refine", "--target", "", "an image to fit is required");
  if (s.parameters.empty() && s.amplitudes.empty())
    refuse_words("refine", "--refine", "",
                 "parameters to refine or structure factors to find (--amplitudes) are required");
  if (!s.expt.empty() && !formats::is_expt_name(s.expt.string()))
    refuse_words("refine", "--expt", s.expt.string(), "it must end with .expt or .json");
  if (s.arguments.empty()) refuse_words("refine", "--", "", "the arguments of the simulation follow it");
  if (!(s.least_correlation >= -1 && s.least_correlation <= 1))
    refuse_words("refine", "--least-correlation", format_number(s.least_correlation), "it must be from -1 to 1");
  return s;
}

}  // namespace femtobragg::programs
