// Summary numbers of an image.
#pragma once

#include <cstddef>
#include <cstdint>

#include "femtobragg/model/coverage.h"
#include "femtobragg/model/image.h"

namespace femtobragg {

/// Photons per pixel over the rendered pixels.
struct ImageStatistics {
  std::uint64_t count = 0;
  double max = 0;  ///< zero if no pixel is positive
  std::size_t max_fast = 0, max_slow = 0;
  bool has_max = false;
  double mean = 0;
  double rms = 0;   ///< about zero
  double rmsd = 0;  ///< about the mean
};

/// Sums run in raster order and squares are rounded to single precision (published scales rely on both), except for
/// squares beyond its range. `masked_in_rmsd`: masked pixels, which are zero, are included in rmsd but not in the mean.
/// `narrow_squares`: squares of bright pixels may become infinite.
ImageStatistics image_statistics(const Image& image, const Coverage& coverage, bool masked_in_rmsd,
                                 bool narrow_squares = false);

}  // namespace femtobragg
