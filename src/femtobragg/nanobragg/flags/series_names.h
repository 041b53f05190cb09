// The names of the files of a rotation series.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "femtobragg/nanobragg/flags/options.h"

namespace femtobragg::nanobragg {

/// With leading zeros.
std::string numbered(std::size_t number, std::size_t digits);

/// The file of a frame, counted from one: a run of '#' becomes its number; without one the number goes before the
/// suffix: x_00001.cbf.
std::string frame_path(const std::string& path, std::size_t number);
/// The same with a run of '#' for the number.
std::string frame_pattern(const std::string& path);
/// Whether it is a file for all frames of a series.
bool holds_all_frames(const std::string& output);
/// The list of reflections over a whole series, beside those of its frames: without the number.
std::string scan_path(const std::string& truth);

/// A single image is the first frame: a run of '#' in the names of its files becomes 1. Throws Error(Usage) where files
/// of a series would have no names of their own.
void settle_names(OutputOptions& options);

/// The file beside a series' first output that remembers what is finished: x.series.
std::string journal_path(const std::string& output);

/// The files that a frame leaves, by their names on the command line; `scan_part`: one more, if it has a name.
std::vector<std::string> files_of_frame(const OutputOptions& options, const std::string& scan_part = {});

}  // namespace femtobragg::nanobragg
