// The sums of a point spread, many targets at a time; each target adds its sources in the order in which they come.
#pragma once

#include <cstdint>

namespace femtobragg::noisify {

/// Targets that one step of a row takes together: rows of targets are as long as a multiple of it, and rows of sources
/// and kernels have as many zeros beyond both ends.
inline constexpr std::int64_t targets_at_once = 64;

/// A row of sources, and what a row of targets gets of them.
struct SourceRow {
  const double* photons = nullptr;  ///< by column
  const double* squares = nullptr;  ///< of their radii, by column
  std::int64_t columns = 0;
  std::int64_t reach = 0;          ///< the farthest that the light of any of them goes along this row of targets
  std::int64_t common = 0;         ///< as far as that of all of them; -1: not all of them reach this row
  double slow_square = 0;          ///< of the distance of the rows
  const double* kernel = nullptr;  ///< of that distance, by the distance along the row
};

/// One pixel of a row, for rows with few of them.
struct PointSource {
  double photons = 0;
  std::int64_t column = 0;
  std::int64_t reach = 0;
  const double* kernel = nullptr;
};

/// Both add to a row of targets, with a rounding to single precision after each addition.
struct RowSums {
  void (*add_row)(const SourceRow& sources, float* targets);
  void (*add_point)(const PointSource& source, std::int64_t columns, float* targets);
};

/// Those for the widest instructions that this processor has. All give the same bits.
const RowSums& row_sums();

}  // namespace femtobragg::noisify
