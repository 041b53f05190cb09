// Gauss's rule for light that falls off exponentially: the depths that stand best for all of them.
#pragma once

#include <cstddef>
#include <vector>

namespace femtobragg {

/// In units of the sensor's thickness.
struct GaussDepth {
  double depth;
  double back;  ///< up to which, from the one before, as much is absorbed as the depth's weight
};

/// `count` depths and weights for exp(-lengths u) on 0 <= u <= 1: the mean of every polynomial in u of degree below
/// 2 count is exact. In order of depth.
std::vector<GaussDepth> gauss_depths(double lengths, std::size_t count);

}  // namespace femtobragg
