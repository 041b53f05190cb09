// A program as its user runs it: time and memory of the whole process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/base/unfinished.h"

namespace femtobragg::evidence {

/// An empty folder that is removed with the object. What killed processes left of theirs is removed too.
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
  std::vector<std::string> words{};  ///< what follows the program's name
  int threads = 0;                   ///< OMP_NUM_THREADS; 0: as the environment has it
  std::string name{};                ///< the program's own name as it sees it; empty: the path
  std::string leaves{};              ///< for run_process(): a file that it must leave, not empty
};

struct ProcessRun {
  int status = 0;                       ///< exit status; 128 + n if signal n ended it
  double wall_s = 0;                    ///< by a monotonic clock
  double cpu_s = 0;                     ///< user and system, of all threads
  std::uint64_t peak_memory_bytes = 0;  ///< resident; at least what this process holds when it starts the other
};

/// Makes the system forget how much memory this process has held: it would count it into that of its children.
void forget_own_memory();

/// In a copy of this process: signals that this one has a thread for do again what they always do, and the copy leads a
/// process group and dies with this process. Safe between fork and exec.
void stand_alone();

/// Runs a program in a folder, without a shell and without input, its printed texts into two files. Throws
/// Error(Runtime) if it cannot be started.
ProcessRun run_in_folder(const Command& command, const std::filesystem::path& folder,
                         const std::filesystem::path& out_file, const std::filesystem::path& err_file);

/// Runs a program in an empty folder, its standard output thrown away. Throws Error(Runtime) with the end of its
/// standard error if it cannot be run, does not end with status 0, or leaves no such file as it must.
ProcessRun run_process(const Command& command);

/// The last lines of a text file, for messages; empty if it cannot be read.
std::string end_of_file(const std::filesystem::path& file);

/// Whether the path is that of a file that can be run.
bool is_program(const std::filesystem::path& path);

/// This program's file.
std::string own_binary();

}  // namespace femtobragg::evidence
