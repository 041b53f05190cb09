// Two passes over the region of interest.
#include "femtobragg/simulate/statistics.h"

#include <algorithm>
#include <cmath>

namespace femtobragg {
namespace {

double degrees_of_freedom(std::uint64_t count) { return count > 1 ? static_cast<double>(count - 1) : 1.0; }

}  // namespace

ImageStatistics image_statistics(const Image& image, const Coverage& coverage, bool masked_in_rmsd,
                                 bool narrow_squares) {
  ImageStatistics s;
  const RegionOfInterest& roi = coverage.region;
  double sum = 0, squares = 0;
  for (std::size_t slow = roi.slow_begin; slow < roi.slow_end; ++slow)
    for (std::size_t fast = roi.fast_begin; fast < roi.fast_end; ++fast) {
      if (coverage.masked(fast, slow)) continue;
      const float value = image.row(slow)[fast];
      sum += static_cast<double>(value);
      const float square = value * value;
      const bool wide = std::isinf(square) && !narrow_squares;
      squares += wide ? static_cast<double>(value) * static_cast<double>(value) : static_cast<double>(square);
      ++s.count;
      if (static_cast<double>(value) > s.max) {
        s.max = static_cast<double>(value);
        s.max_fast = fast;
        s.max_slow = slow;
        s.has_max = true;
      }
    }
  s.mean = s.count > 0 ? sum / static_cast<double>(s.count) : 0.0;
  s.rms = std::sqrt(squares / degrees_of_freedom(s.count));

  double deviations = 0;
  std::uint64_t deviating = 0;
  for (std::size_t slow = roi.slow_begin; slow < roi.slow_end; ++slow)
    for (std::size_t fast = roi.fast_begin; fast < roi.fast_end; ++fast) {
      if (!masked_in_rmsd && coverage.masked(fast, slow)) continue;
      const double d = static_cast<double>(image.row(slow)[fast]) - s.mean;
      deviations += d * d;
      ++deviating;
    }
  s.rmsd = std::sqrt(deviations / degrees_of_freedom(deviating));
  return s;
}

}  // namespace femtobragg
