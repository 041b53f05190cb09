// Bright spots of two images, matched one to one.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "femtobragg/model/image.h"

namespace femtobragg::evidence {

struct ImageRegion;

/// A local maximum, located within its pixel by the parabolas through its neighbours.
struct Peak {
  double fast = 0, slow = 0;  ///< px
  double photons = 0;
};

/// Pixels at least as bright as all eight neighbours and as a hundredth of the brightest, the brightest first; at most
/// `most` of them.
std::vector<Peak> find_peaks(const Image& image, const ImageRegion& region, std::size_t most = 20'000);

struct PeakMatch {
  std::size_t first = 0, second = 0;                        ///< peaks in each image
  std::size_t matched = 0;                                  ///< pairs that are closer than the gate
  std::optional<double> mean_distance_px, max_distance_px;  ///< distances of these pairs
};

/// Pairs peaks by distance, the closest pair first, each peak at most once.
PeakMatch match_peaks(const std::vector<Peak>& first, const std::vector<Peak>& second, double gate_px = 5);

}  // namespace femtobragg::evidence
