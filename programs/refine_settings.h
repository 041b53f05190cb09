// The command line of `femtobragg refine`, and what a restart takes from an earlier run.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/refine/refinement.h"

namespace femtobragg::programs {

struct RefineSettings {
  std::vector<std::string> targets, parameters, per_image, shared, restraints, bounds, ties;
  std::filesystem::path amplitudes;  ///< where structure factors go; empty: they are not solved for
  std::filesystem::path report, restart, image_arguments, expt;
  std::string mask, pixels, loss = "poisson";  ///< no pixels: as suits the start
  std::string background;                      ///< form of a fitted one; empty: the arguments have it
  std::optional<double> offset;
  std::uint64_t seed = 1;
  std::optional<std::int64_t> levels;
  int iterations = 100, amplitude_iterations = 100;
  double least_correlation = 0.2;
  bool quiet = false, no_default_restraints = false;
  std::vector<std::string> arguments;
  std::vector<refine::StartValue> start;   ///< of an earlier run
  std::filesystem::path start_amplitudes;  ///< of an earlier run
  std::filesystem::path arguments_folder;  ///< where relative names in --image-args are; empty: the current one
};

/// Arguments of a run in which names of files that are relative to the folder are found from here.
std::vector<std::string> with_files_from(const std::filesystem::path& folder,
                                         const std::vector<std::string>& arguments);

/// Nothing: help was printed. Throws Error(Usage).
std::optional<RefineSettings> refine_settings_from(const std::vector<std::string>& words);

}  // namespace femtobragg::programs
