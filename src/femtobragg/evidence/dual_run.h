// Runs one program on a command line in a folder of its own, and collects what it printed, its files and its float
// image.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "femtobragg/evidence/process.h"
#include "femtobragg/model/image.h"

namespace femtobragg::evidence {

/// What both programs of a comparison are given.
struct SharedArguments {
  std::vector<std::string> words;            ///< arguments, with absolute paths for input files
  std::vector<std::filesystem::path> dumps;  ///< copied into the folder of each run
  std::set<std::string> outputs;             ///< files that a run is expected to write
};

struct Runner {
  std::string label;              ///< label of its files: "c", "py"
  std::string binary, name;       ///< path, and the name that the program sees as its own; empty: the path
  std::vector<std::string> more;  ///< words in addition to the shared ones
  std::string description;        ///< shown to the user
};

/// This program as nanoBragg, with the reference backend.
Runner reference_runner(const std::string& label);

struct RunnerResult {
  Runner runner;
  Command command;  ///< the command as it was run
  ProcessRun run;
  std::string sha256;                         ///< hash of the binary
  std::vector<std::string> unexpected_files;  ///< other files that the run wrote
  std::filesystem::path float_file;           ///< <label>_float.bin; empty: the program wrote no float image
  std::optional<ImageShape> header_shape;     ///< shape of an SMV image that it wrote
};

/// Runs it in an empty folder and writes <label>_stdout.txt, <label>_stderr.txt and <label>_float.bin into `out`.
/// `threads` as in Command. Throws Error(Runtime) if files cannot be written. A failure of the program itself is not an
/// error here; the caller decides.
RunnerResult run_captured(const Runner& runner, const SharedArguments& shared, const std::filesystem::path& out,
                          int threads = 0);

}  // namespace femtobragg::evidence
