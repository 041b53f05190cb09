// What a process that must end at once would leave behind: temporary files and folders, and running programs.
#pragma once

#include <sys/types.h>

#include <filesystem>

namespace femtobragg {

/// A temporary file or folder: remove_unfinished() removes it as long as this object lives. It need not exist yet.
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

/// A program that leads a process group of its own: remove_unfinished() kills the group as long as this object lives.
class RunningProgram {
 public:
  explicit RunningProgram(pid_t process);
  ~RunningProgram();
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

 private:
  pid_t process_;
};

/// Kills and removes all that is unfinished, for a process that ends now: whoever makes or finishes one of the objects
/// above from now on waits for that. Not for signal handlers: call it from a thread that waits for signals.
void remove_unfinished();

}  // namespace femtobragg
