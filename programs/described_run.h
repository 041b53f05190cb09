// The run that the arguments of `femtobragg simulate` describe, for commands that do something else with it.
#pragma once

#include <string>
#include <vector>

#include "femtobragg/nanobragg/setup/command_line.h"

namespace femtobragg::programs {

struct DescribedRun {
  nanobragg::CommandLine line;
  nanobragg::Setup setup;
  std::string geometry_file{};  ///< of the detector; empty: none
};

/// Warnings go to the standard error. Nothing is written but the scene of -save_scene. Throws Error.
DescribedRun run_described_by(const std::vector<std::string>& arguments);

}  // namespace femtobragg::programs
