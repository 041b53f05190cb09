// A program as its user runs it: time and memory of the whole process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace femtobragg::evidence {

/// An empty folder that is removed with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Command {
  std::string binary;              ///< path
  std::vector<std::string> words;  ///< what follows the program's name
  int threads = 1;                 ///< OMP_NUM_THREADS
};

struct ProcessRun {
  double wall_s = 0;
  double cpu_s = 0;                     ///< user and system, of all threads
  std::uint64_t peak_memory_bytes = 0;  ///< resident; at least what this process holds when it starts the other
};

/// Runs a program in an empty folder, without a shell, its standard output thrown away. Throws Error(Runtime) with the
/// end of its standard error if it cannot be run or does not end with status 0.
ProcessRun run_process(const Command& command);

}  // namespace femtobragg::evidence
