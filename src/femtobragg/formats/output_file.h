// A file that appears under its name only when it is complete.
#pragma once

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace femtobragg::formats {

/// Writes to a temporary neighbour and renames it in commit(); without commit() nothing is left behind.
/// Devices and pipes are written directly, and opened once. All members throw Error(Runtime) that names the file.
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
  /// Leaves the writing to another library: closes the file, and returns the name under which it is to be written until
  /// commit(). Throws as require_disk() for devices and pipes.
  std::filesystem::path hand_over();
  /// Closes the file and gives it its name.
  void commit();

 private:
  void close();

  std::filesystem::path path_, temporary_;  ///< temporary_ is empty for devices
  std::FILE* stream_ = nullptr;
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
