// From options to the numbers that pixels are made of.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "femtobragg/base/vec3.h"
#include "femtobragg/model/beam.h"
#include "femtobragg/model/detector.h"
#include "femtobragg/nonbragg/options.h"
#include "femtobragg/nonbragg/table.h"

namespace femtobragg::nonbragg {

/// The detector in its final position, and what the header of an image says of it.
struct Geometry {
  std::size_t n_fast = 0, n_slow = 0;
  double pixel_m = 0, size_fast_m = 0, size_slow_m = 0;
  Vec3d beam, polarization_axis;     ///< unit vectors
  Vec3d fast, slow, normal, pix0_m;  ///< after all rotations
  double ratio = 1;                  ///< of near and beam distance, without 2-theta
  double distance_m = 0, close_distance_m = 0;
  double beam_fast_m = 0, beam_slow_m = 0, close_fast_m = 0, close_slow_m = 0;
  RegionOfInterest region;
};

/// Throws Error(Usage) for pixels, distances and directions that make no detector.
Geometry place_detector(const Options& options);

struct Setup {
  Options options;
  Geometry geometry;
  Table table;
  std::vector<Source> sources;
  double fluence_per_m2 = 0, molecules = 0;
  double osc_range_rad = 0;       ///< for headers
  std::array<bool, 2> clipped{};  ///< the sample, y and z, to the beam

  /// Evaluations of a pixel.
  double steps() const {
    const double n = static_cast<double>(options.oversample);
    return static_cast<double>(sources.size()) * n * n;
  }
};

/// Reads the table and the sources. Throws Error.
Setup set_up(const Options& options);

}  // namespace femtobragg::nonbragg
