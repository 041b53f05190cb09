// The detectors that a description can name.
#pragma once

#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace femtobragg {

/// As in Detector's `name` of scenes: "eiger2-16m". Other spellings and common names are understood too.
std::vector<std::string> detector_names();

}  // namespace femtobragg
#pragma GCC visibility pop
