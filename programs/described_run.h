// The run that the arguments of `femtobragg simulate` describe, for commands that do something else with it.
#pragma once

#include <string>
#include <vector>

#include "femtobragg/nanobragg/command_line.h"

namespace femtobragg::programs {

struct DescribedRun {
  nanobragg::CommandLine line;
  nanobragg::Scene scene;
};

/// Warnings go to the standard error. Nothing is written. Throws Error.
DescribedRun run_described_by(const std::vector<std::string>& arguments);

/// What follows the first "--" of a command's words; nothing: there is none.
std::vector<std::string> words_after_dashes(const std::vector<std::string>& words);

}  // namespace femtobragg::programs
