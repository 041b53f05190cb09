// A rotation series: its frames, and which of them are finished.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/nanobragg/flags/series_names.h"
#include "femtobragg/nanobragg/setup/setup.h"

namespace femtobragg::nanobragg {

/// Tells series apart: by the words of the command line, but for how and where it computes, and by what is in the
/// files that they name, outputs aside.
std::uint32_t series_identity(std::span<const std::string> words);

/// Throws Error(Usage) where the options make no series: no rotation, no output, or files that hold one frame only.
void require_series(const Options& options);
/// The same of a series that is not going to be rendered: outputs may be missing.
void require_frames_differ(const Options& options);
/// Throws Error(Runtime) where a series runs past the shots of the spectrum's file.
void require_shots(const Setup& setup, std::size_t frames);

/// Remembers finished files by size and checksum, in a text file that is rewritten as a whole. One process at a time
/// has it.
class SeriesJournal {
 public:
  /// Takes up what is recorded. Throws Error(Usage) if that is of another series, Error(Runtime) if it is damaged or
  /// another process has it.
  SeriesJournal(std::string path, std::uint32_t series);

  /// Whether all are recorded, and still what they were.
  bool finished(std::span<const std::string> files) const;
  /// Reads the files back. Throws Error(Runtime).
  void add(std::span<const std::string> files);
  /// The file takes the place of those that it was put together from.
  void replace(std::span<const std::string> parts, const std::string& file);

 private:
  struct Entry {
    std::uint64_t bytes = 0;
    std::uint32_t checksum = 0;

    friend bool operator==(const Entry&, const Entry&) = default;
  };
  static Entry entry_of(const std::string& file);
  void read();
  void write();

  std::string path_;
  formats::LockedFile file_;
  std::uint32_t series_;
  std::map<std::string, Entry> entries_;
};

/// The frames of a run, from the first one that is not finished. Frames of a file that holds them all wait as images in
/// a folder beside it.
class Series {
 public:
  /// `setup`: the first frame, which must outlive the series. Removes unfinished files of killed runs. Throws Error.
  Series(const Setup& setup, std::uint32_t identity);

  std::size_t frames() const { return static_cast<std::size_t>(setup_.options.output.frames); }
  /// The set-up of a frame, counted from zero: each follows the one before about the spindle, with noise and files of
  /// its own. Nothing: its files are finished.
  std::optional<Setup> unfinished(std::size_t frame) const;
  /// Takes note that its files are there.
  void done(const Setup& frame);
  /// Puts together the files that hold all frames, and lists the reflections of the whole with a line about each.
  void finish(const QuirkSet& quirks, std::span<const std::string> words, std::ostream& out);

 private:
  std::vector<std::string> waiting_files(const std::string& output) const;
  void finish_lists(const QuirkSet& quirks, std::span<const std::string> words, std::ostream& out);
  void join(const std::string& output, const QuirkSet& quirks) const;
  void remove_abandoned() const;

  const Setup& setup_;
  SeriesJournal journal_;
  std::vector<std::string> scan_lists_;         ///< of all reflections; empty: there are none, or they are finished
  std::vector<std::string> numbered_, joined_;  ///< outputs: a file for each frame; a file for all that is not finished
};

}  // namespace femtobragg::nanobragg
