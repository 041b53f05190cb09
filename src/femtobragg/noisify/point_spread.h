// The point spread of noisify: the light of each pixel over its neighbours, out to a radius that its photons decide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "femtobragg/noisify/spread_kernel.h"

namespace femtobragg::noisify {

struct Spread {
  double radius = 0;     ///< that the brightest pixel asks for
  double lost = 0;       ///< photons beyond the radii of their pixels, which all pixels got in equal parts
  bool wrapped = false;  ///< light left the image at its right edge
};

/// Spreads the photons of an image. Light that leaves a row at its end enters the next one. `radius`: of all pixels; 0:
/// each has its own. Throws Error(Usage) for pixels without a radius.
Spread spread_photons(std::vector<float>& photons, std::size_t n_fast, const SpreadKernel& kernel, std::int64_t radius);

}  // namespace femtobragg::noisify
