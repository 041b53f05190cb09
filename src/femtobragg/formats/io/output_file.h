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

/// A path as it is written into another file: relative to that file's folder, but for absolute ones, so that the folder
/// may move as a whole.
std::string path_seen_from(const std::filesystem::path& folder, const std::string& path);

/// Writes to a temporary neighbour and renames it in commit(). Without commit() nothing remains, and temporary files
/// that a killed process left for the same file are removed. Devices and pipes are written directly, and opened once.
/// All members throw Error(Runtime) that names the file.
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
  /// Lets another library write the file: returns the name under which it is to be written until commit(). It stays
  /// locked. Throws like require_disk() for devices and pipes.
  std::filesystem::path hand_over();
  /// Closes the file and gives it its name.
  void commit();
  /// The same; returns an open descriptor of the file, with the lock that it has held from the beginning.
  int commit_locked();

 private:
  void close();

  std::filesystem::path path_, temporary_;  ///< temporary_ is empty for devices
  std::optional<UnfinishedPath> unfinished_;
  std::FILE* stream_ = nullptr;
};

/// A file that other processes leave alone while this object exists, by a lock that ends with the process. It is always
/// replaced as a whole.
class LockedFile {
 public:
  /// Creates an empty file if there is none, and removes it if it is still empty in the end. Throws Error(Runtime) that
  /// says `held` if another process has the lock.
  LockedFile(const std::filesystem::path& path, const std::string& held);
  ~LockedFile();
  LockedFile(const LockedFile&) = delete;
  LockedFile& operator=(const LockedFile&) = delete;

  void replace(std::string_view text);

 private:
  bool is_empty() const;

  std::filesystem::path path_;
  std::optional<UnfinishedPath> unfinished_;  ///< while it is empty
  int file_ = -1;
};

/// Writes a whole file. Throws Error(Runtime).
void write_text(const std::filesystem::path& path, std::string_view text);

/// Makes a folder, and those above it, if they are missing. Throws Error(Runtime).
void make_folder(const std::filesystem::path& path);

/// The same text for all names of the same file; empty for devices and pipes, which take several outputs.
std::string file_behind(const std::string& path);

/// Throws Error(Runtime) for devices and pipes, in which no library can seek.
void require_disk(const std::string& path);

/// Removes unfinished files that killed processes left in a folder: the temporary neighbours of such names.
void remove_abandoned(const std::filesystem::path& folder, const std::function<bool(const std::string& name)>& ours);

/// Throws Error(Runtime) if a file cannot be created under that name. Does not leave anything behind, and does not open
/// pipes.
void require_writable(const std::string& path);

}  // namespace femtobragg::formats
