// What numbers of the command line usually are: typed values far outside are a slip of unit or flag.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "femtobragg/nanobragg/setup/setup.h"

namespace femtobragg::nanobragg {

/// What is doubtful about typed numbers, one sentence each, with the likely meaning. Files and headers are not looked
/// at. Throws Error(Usage) for what no experiment has.
std::vector<std::string> doubtful_numbers(const Options& options, const Origins& origins);

/// The same for what follows from several of them, and for what files say: places on the detector, the fluence, the
/// size of the crystal, the whole rotation; fields of a scene, wavelength, distance and pixel size where no flag gives
/// them.
std::vector<std::string> doubtful_quantities(const Setup& setup);

/// What files say of the three numbers that matter most; nothing: not stated, or a flag gives it.
struct FileNumbers {
  std::optional<double> wavelength_m, distance_m, pixel_m;
};
std::vector<std::string> doubtful_file_numbers(const FileNumbers& numbers);
/// The same of a geometry file and its first panel.
std::vector<std::string> doubtful_file_numbers(const Geometry& geometry);

}  // namespace femtobragg::nanobragg
