// Options of `femtobragg refine`, some of them from the record of a run before.
#include "programs/refine_settings.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/geometry/expt_writer.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/io/json_values.h"
#include "femtobragg/nanobragg/flags/option_table.h"
#include "femtobragg/nanobragg/flags/parse_arguments.h"
#include "femtobragg/nanobragg/flags/scene_input.h"
#include "programs/command_options.h"
#include "programs/refine_spots.h"

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
              "value of a pixel without photons, which is subtracted, or where a refined pedestal starts; default: "
              "ADC_OFFSET of the image's header, else -pedestal, else 0");
  options
      .add("--pixels", s.pixels,
           "all, peaks, the number of random pixels, or a table of DIALS with the spots to use; default: peaks if the "
           "start is close, otherwise all")
      .type("N|all|peaks|FILE.refl");
  options
      .add("--background", s.background,
           "fits a smooth background to the pixels between the spots: a function of the scattering angle (radial, with "
           "60 intervals) or for each panel a polynomial (of degree 3); default: the background of ARGS")
      .type("radial[:INTERVALS]|polynomial[:DEGREE]");
  options.add("--seed", s.seed, "seed of the random pixels");
  options.add("--loss", s.loss, "cost of a pixel; default: poisson").one_of(femtobragg::refine::loss_kind_names());
  options.add("--restraint", s.restraints, "pulls a parameter towards a value").type("NAME=VALUE±SIGMA");
  options.add("--bounds", s.bounds, "keeps a parameter within these limits").type("NAME=LOWEST:HIGHEST");
  options.add("--tie", s.ties, "gives parameters one value, which starts as that of the first").type("NAME=NAME");
  options.add("--no-default-restraints", s.no_default_restraints,
              "do not weakly restrain parameters that have nearly the same effect");
  options
      .add("--levels", s.levels,
           "number of levels with broadened spots before the final one; default: chosen by how far off the start is; 0 "
           "if it is close")
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
  options
      .add("--restart", s.restart,
           "refinement.json of an earlier run: uses its options and files, and starts from its values")
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

/// A file of the record, whose name is relative to the folder where its run was started. Everything may have moved
/// since then: the name holds where that folder is gone, or only has a file of that name here.
std::string found_from(const std::filesystem::path& folder, const std::string& name) {
  if (name.empty() || std::filesystem::path(name).is_absolute() || !std::filesystem::is_directory(folder)) return name;
  std::error_code none;
  const std::string found = (folder / name).lexically_normal().string();
  const bool moved = !std::filesystem::exists(found) && std::filesystem::exists(name);
  return moved || std::filesystem::equivalent(folder, ".", none) ? name : found;
}

/// Levels are numbered from the coarsest, and have a last one with true spots, fitted by position only, before the fit.
std::int64_t levels_left(const nlohmann::json& record) {
  if (!record.value("stopped", false)) return 0;
  const nlohmann::json& levels = record.at("levels");
  const nlohmann::json& iterations = record.at("iterations");
  std::size_t at = 0;
  if (!iterations.empty()) read_value(iterations.back(), "level", at);
  if (at >= levels.size() || !levels.at(at).at("coarse").get<bool>()) return 0;
  std::int64_t broad = 0;
  for (std::size_t level = at; level < levels.size(); ++level)
    broad += levels[level].at("broadening").get<double>() > 1;
  return std::max<std::int64_t>(broad, 1);
}

/// What was not said again.
void take_over(RefineSettings& s, const CommandOptions& options) {
  try {
    const nlohmann::json record = formats::parse_json(
        formats::read_file(s.restart.string(), "the record of a refinement", formats::InputKind::Text),
        s.restart.string());
    const nlohmann::json& before = record.at("settings");
    const std::filesystem::path folder = before.value("folder", "");
    const auto take = [&](const char* option, auto& value) {
      const std::string key = std::string(option).substr(2);
      if (!options.given(option) && before.contains(key)) read_value(before, key, value);
    };
    take("--refine", s.parameters), take("--per-image", s.per_image);
    take("--shared", s.shared), take("--seed", s.seed);
    take("--loss", s.loss), take("--background", s.background), take("--restraint", s.restraints),
        take("--bounds", s.bounds);
    take("--tie", s.ties), take("--no-default-restraints", s.no_default_restraints), take("--iterations", s.iterations);
    take("--least-correlation", s.least_correlation);
    take("--amplitude-iterations", s.amplitude_iterations);
    const auto take_file = [&](const char* option, auto& path) {
      if (options.given(option)) return;
      std::string text;
      take(option, text);
      path = found_from(folder, text);
    };
    take_file("--image-args", s.image_arguments), take_file("--amplitudes", s.amplitudes);
    take_file("--expt", s.expt), take_file("--mask", s.mask);
    if (!options.given("--target")) {
      take("--target", s.targets);
      for (std::string& target : s.targets) target = found_from(folder, target);
    }
    if (!options.given("--image-args")) s.arguments_folder = before.value("image-args-folder", folder.string());
    if (!options.given("--pixels")) {
      // What was chosen by itself stays chosen: another choice would be another fit.
      take("--pixels", s.pixels);
      if (is_reflection_table(s.pixels)) s.pixels = found_from(folder, s.pixels);
      if (s.pixels.empty()) s.pixels = record.value("pixels", "");
    }
    if (record.contains("amplitudes")) s.start_amplitudes = found_from(folder, before.value("amplitudes", ""));
    if (!s.offset && before.contains("offset")) s.offset = before.at("offset").get<double>();
    if (s.arguments.empty()) s.arguments = with_files_from(folder, before.at("arguments"));
    if (!options.given("--levels")) s.levels = levels_left(record);
    for (const nlohmann::json& parameter : record.at("parameters")) {
      std::optional<std::size_t> image;
      if (!parameter.at("image").is_null()) read_value(parameter, "image", image.emplace());
      s.start.push_back({parameter.at("name"), image, parameter.at("value")});
    }
  } catch (const nlohmann::json::exception&) {
    throw Error::runtime({.what = "not the record of a refinement",
                          .where = in_quotes(s.restart.string()),
                          .rule = "a value is missing, or of another kind",
                          .remedy = "give the refinement.json written by --report"});
  }
}

}  // namespace

Words with_files_from(const std::filesystem::path& folder, const Words& arguments) {
  if (folder.empty()) return arguments;
  Words words = nanobragg::separate_words(arguments);
  const auto resolve = [&](std::string& word) {
    const std::string found = found_from(folder, word);
    if (std::filesystem::exists(found)) word = found;
  };
  if (!words.empty() && nanobragg::scene_argument(words)) resolve(words.front());
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const nanobragg::Flag* flag = nanobragg::flag_in(words[i]);
    if (flag && flag->values.find("FILE") != flag->values.npos) resolve(words[i + 1]);
  }
  return words;
}

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
