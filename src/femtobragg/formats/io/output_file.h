// A file that appears under its name only when it is complete.
#pragma once

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "femtobragg/base/unfinished.h"

namespace femtobragg::formats {

/// Writes to a temporary neighbour and renames it in commit(); without commit() nothing is left behind, and what a
/// killed process left of the same file is removed. Devices and pipes are written directly, and opened once. All
/// members throw Error(Runtime) that names the file.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view bytes);
  template <class T>
  void write_values(std::span<const T> values) {
    write({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
  }
  /// Leaves the writing to another library: returns the name under which the file is to be written until commit(). It
  /// stays locked. Throws as require_disk() for devices and pipes.
  std::filesystem::path hand_over();
  /// Closes the file and gives it its name.
  void commit();
  /// The same; returns an open descriptor of it, with the lock that it had from the beginning.
  int commit_locked();

 private:
  void close();

  std::filesystem::path path_, temporary_;  ///< temporary_ is empty for devices
  std::optional<UnfinishedPath> unfinished_;
  std::FILE* stream_ = nullptr;
};

/// A file that other processes leave alone as long as this object lives: a lock, which no process outlives. It is
/// replaced as a whole.
class LockedFile {
 public:
  /// Makes an empty file where there is none; it goes again if it is still empty in the end. Throws Error(Runtime) that
  /// says `held` where another process has the lock.
  LockedFile(const std::filesystem::path& path, const std::string& held);
  ~LockedFile();
  LockedFile(const LockedFile&) = delete;
  LockedFile& operator=(const LockedFile&) = delete;

  void replace(std::string_view text);

 private:
  bool is_empty() const;

  std::filesystem::path path_;
  std::optional<UnfinishedPath> unfinished_;  ///< as long as it is empty
  int file_ = -1;
};

/// A whole file at once. Throws Error(Runtime).
void write_text(const std::filesystem::path& path, std::string_view text);

/// Makes a folder, and those above it, if they are missing. Throws Error(Runtime).
void make_folder(const std::filesystem::path& path);

/// The same text for names that stand for the same file; empty for devices and pipes, which take several outputs.
std::string file_behind(const std::string& path);

/// Throws Error(Runtime) for devices and pipes, in which no library can go back.
void require_disk(const std::string& path);

/// Removes what killed processes left of unfinished files in a folder: the temporary neighbours of such names.
void remove_abandoned(const std::filesystem::path& folder, const std::function<bool(const std::string& name)>& ours);

/// Throws Error(Runtime) if a file cannot be created under that name. Leaves nothing behind, and does not open pipes.
void require_writable(const std::string& path);

}  // namespace femtobragg::formats
