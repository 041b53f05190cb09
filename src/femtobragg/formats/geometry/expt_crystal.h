// Part of expt_file: the crystal of an experiment, also where it changes during the scan.
#pragma once

#include <string>
#include <vector>

#include "femtobragg/formats/io/json_values.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

/// `ours`: from the crystal's frame to the lab with the spindle at zero. `frames` of the scan; 0: there is none. Throws
/// Error(Runtime) for axes that span no volume, and for scan points that are not those of the scan.
StatedCrystal expt_crystal(const JsonPlace& json, const Mat3d& ours, std::size_t frames,
                           std::vector<std::string>& notes);

}  // namespace femtobragg::formats
