// The float image of a run of noisify, and the header that comes with it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "femtobragg/noisify/quirks.h"
#include "femtobragg/noisify/settings.h"

namespace femtobragg::noisify {

struct Input {
  std::vector<float> values;  ///< in raster order, as many as there are pixels
  std::size_t n_fast = 0, n_slow = 0;
  double pixel_m = 0;
  std::string header;  ///< bytes to copy; empty: none
};

/// Throws Error(Usage or Runtime) for what the C program would not survive, and for too short files.
Input read_input(const Settings& settings, ActiveQuirks& quirks);

}  // namespace femtobragg::noisify
