// A rotation series: the names of its files, its frames, and which of them are finished.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "femtobragg/nanobragg/scene.h"

namespace femtobragg::nanobragg {

/// The file of a frame, counted from one: a run of '#' becomes its number; without one the number goes before the
/// suffix: x_00001.cbf.
std::string frame_path(const std::string& path, std::size_t number);

/// The file beside a series' first output that remembers what is finished: x.series.
std::string journal_path(const std::string& output);

/// Tells series apart: by the words of the command line, but for how and where it computes, and by what is in the
/// files that they name, outputs aside.
std::uint32_t series_identity(std::span<const std::string> words);

/// Throws Error(Usage) where the options make no series: no rotation, no output, or files that hold one frame only.
void require_series(const Options& options);

/// The scene of a frame, counted from zero: each follows the one before about the spindle, with noise of its own.
Scene frame_scene(const Scene& series, std::size_t frame);

/// Remembers finished files by size and checksum, in a text file that is rewritten as a whole.
class SeriesJournal {
 public:
  /// Takes up what is recorded. Throws Error(Usage) if that is of another series, Error(Runtime) if it is damaged.
  SeriesJournal(std::string path, std::uint32_t series);

  /// Whether all are recorded, and still what they were.
  bool finished(std::span<const std::string> files) const;
  /// Reads the files back. Throws Error(Runtime).
  void add(std::span<const std::string> files);

 private:
  struct Entry {
    std::uint64_t bytes = 0;
    std::uint32_t checksum = 0;

    friend bool operator==(const Entry&, const Entry&) = default;
  };
  static Entry entry_of(const std::string& file);
  void read();

  std::string path_;
  std::uint32_t series_;
  std::map<std::string, Entry> entries_;
};

}  // namespace femtobragg::nanobragg
