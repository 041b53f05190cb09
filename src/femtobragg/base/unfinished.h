// Things that a process must not leave behind when it ends at once: temporary files and folders, and running programs.
#pragma once

#include <sys/types.h>

#include <filesystem>

namespace femtobragg {

/// A temporary file or folder. While this object exists, remove_unfinished() removes it. It need not exist yet.
class UnfinishedPath {
 public:
  explicit UnfinishedPath(std::filesystem::path path);
  ~UnfinishedPath();
  UnfinishedPath(const UnfinishedPath&) = delete;
  UnfinishedPath& operator=(const UnfinishedPath&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A program that leads a process group of its own. While this object exists, remove_unfinished() kills the group.
class RunningProgram {
 public:
  explicit RunningProgram(pid_t process);
  ~RunningProgram();
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

 private:
  pid_t process_;
};

/// Kills and removes everything unfinished, for a process that ends now. From then on, creating or finishing one of the
/// objects above waits. Not for signal handlers: call it from a thread that waits for signals.
void remove_unfinished();

}  // namespace femtobragg
