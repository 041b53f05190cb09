// The command line of noisify: its flags as a table, read as the C program reads them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "femtobragg/noisify/quirks.h"
#include "femtobragg/noisify/settings.h"

namespace femtobragg::noisify {

struct CommandLine {
  Settings settings;
  ActiveQuirks quirks;  ///< those of the command line
  std::vector<std::string> warnings;
  bool help = false;
};

/// Flags are looked for inside words that begin with a dash; values are only looked at, and may be flags as well.
/// Throws Error(Usage).
CommandLine read_command_line(std::span<const std::string> words);

std::string help_text();

}  // namespace femtobragg::noisify
