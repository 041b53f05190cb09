// The image: what each pixel scatters.
#pragma once

#include <cstddef>
#include <vector>

#include "femtobragg/model/image.h"
#include "femtobragg/nonbragg/setup.h"

namespace femtobragg::nonbragg {

/// What the last sub-pixel and source of a pixel had.
struct LastSample {
  double s_per_m = 0, f = 0, polarization = 1, solid_angle = 0;
  std::size_t near = 0;  ///< row of the table
};

struct Rendering {
  Image image;
  double solid_angle = 0;                         ///< of all sub-pixels together
  std::size_t least_near = 0, greatest_near = 0;  ///< rows of the table that were used
  std::vector<LastSample> last;                   ///< of every pixel, if asked for
};

/// Rows side by side if the table is sorted; otherwise one after the other, for a pixel depends on those before it.
Rendering render(const Setup& setup, bool keep_last);

}  // namespace femtobragg::nonbragg
