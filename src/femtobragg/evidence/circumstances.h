// The circumstances of a measurement, for anyone who wants to repeat or question it.
#pragma once

#include <string>
#include <vector>

#include "femtobragg/evidence/process.h"

namespace femtobragg::evidence {

struct Circumstances {
  std::string version;               ///< version of this program
  std::string device, dtype;         ///< as requested; empty: not chosen by this program
  std::vector<std::string> peers;    ///< paths of the other programs
  bool dump_file_lay_about = false;  ///< a dump file in the current folder, which programs may read unasked
};

/// env.json: the program and its build, the machine, the peers with their SHA-256, the date (UTC).
std::string environment_json(const Circumstances& circumstances);

/// A command as it would be typed in a shell.
std::string shell_command(const std::string& binary, const std::vector<std::string>& words);

/// The same, with the name that the program sees as its own.
std::string shell_command(const Command& command);

/// The current time as YYYYMMDD-HHMMSS in local time.
std::string time_stamp();

}  // namespace femtobragg::evidence
