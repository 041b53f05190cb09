// One program on a command line, in a folder of its own: what it printed, what it left, and its float image.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "femtobragg/evidence/process.h"
#include "femtobragg/model/image.h"

namespace femtobragg::evidence {

/// What both programs of a comparison get.
struct SharedArguments {
  std::vector<std::string> words;            ///< input files by absolute path
  std::vector<std::filesystem::path> dumps;  ///< copied into the folder of each run
  std::set<std::string> outputs;             ///< files that a run is expected to leave
};

struct Runner {
  std::string label;              ///< of its files: "c", "py"
  std::string binary, name;       ///< path, and the name that the program sees as its own; empty: the path
  std::vector<std::string> more;  ///< words after the shared ones
  std::string description;        ///< for the reader
};

/// This program as nanoBragg, by the reference backend.
Runner reference_runner(const std::string& label);

struct RunnerResult {
  Runner runner;
  Command command;  ///< as it was run
  ProcessRun run;
  std::string sha256;                         ///< of the binary
  std::vector<std::string> unexpected_files;  ///< left in the folder
  std::filesystem::path float_file;           ///< <label>_float.bin; empty: the program left no float image
  std::optional<ImageShape> header_shape;     ///< of an SMV image that it left
};

/// Runs it in an empty folder and leaves <label>_stdout.txt, <label>_stderr.txt and <label>_float.bin in `out`.
/// `threads` as in Command. Throws Error(Runtime) if files cannot be written; how the program ended is for the caller
/// to judge.
RunnerResult run_captured(const Runner& runner, const SharedArguments& shared, const std::filesystem::path& out,
                          int threads = 0);

}  // namespace femtobragg::evidence
