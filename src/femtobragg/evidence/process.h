// Runs a program as a whole process, and measures its time and memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/base/unfinished.h"

namespace femtobragg::evidence {

/// An empty folder that is removed with the object. Folders that killed processes left are removed too.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::optional<UnfinishedPath> unfinished_;
  int lock_ = -1;
};

struct Command {
  std::string binary;                ///< path
  std::vector<std::string> words{};  ///< the words after the program's name
  int threads = 0;                   ///< OMP_NUM_THREADS; 0: as in the environment
  std::string name{};                ///< the program's own name as it sees it; empty: the path
  std::string leaves{};              ///< for run_process(): a file that it must write, and that must not be empty
};

struct ProcessRun {
  int status = 0;     ///< exit status; 128 + n if signal n ended it
  double wall_s = 0;  ///< elapsed time by a monotonic clock
  double cpu_s = 0;   ///< user and system, of all threads
  std::uint64_t peak_memory_bytes =
      0;  ///< peak resident memory; at least what this process uses when it starts the other
};

/// Resets the system's record of this process's peak memory, which would otherwise be counted for its children.
void forget_own_memory();

/// In a copy of this process: restores the default action of signals for which this process has a thread, makes the
/// copy lead a process group, and lets it die with this process. Safe between fork and exec.
void stand_alone();

/// Runs a program in a folder, without a shell and without input, and redirects its output into two files. Throws
/// Error(Runtime) if it cannot be started.
ProcessRun run_in_folder(const Command& command, const std::filesystem::path& folder,
                         const std::filesystem::path& out_file, const std::filesystem::path& err_file);

/// Runs a program in an empty folder and discards its standard output. Throws Error(Runtime) with the end of its
/// standard error if it cannot be run, does not end with status 0, or does not write the file that it must.
ProcessRun run_process(const Command& command);

/// The last lines of a text file, for messages; empty if it cannot be read.
std::string end_of_file(const std::filesystem::path& file);

/// Whether the path is an executable file.
bool is_program(const std::filesystem::path& path);

/// The path of this program.
std::string own_binary();

}  // namespace femtobragg::evidence
