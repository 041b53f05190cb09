// Listens to one pixel while its tile is rendered: the observer of the kernels that work in lanes. Functions and not a
// template, so that the code that is traced is the code that renders.
#pragma once

#include <cstddef>

#include "femtobragg/base/vec3.h"

namespace femtobragg::kernel {

/// A point of the sensor, as the lanes see it: not its position, only its direction.
struct LaneSample {
  std::size_t layer = 0, sub_fast = 0, sub_slow = 0;
  Vec3d diffracted;
  double solid_angle_sr = 0;
  double captured_fraction = 1;
};

/// Terms of one direction follow.
struct LaneDirection {
  std::size_t direction = 0;
  double polarization = 1;         ///< in the terms; 1 where it is not in force there
  bool beyond_resolution = false;  ///< its terms are cut: none follows
  std::size_t ray = 0;             ///< of the terms, where they are cut
};

struct LaneTerm {
  std::size_t term = 0;  ///< of the plan: ray x orientations + orientation
  Vec3d hkl, hkl0;
  double squared_lattice_factor = 0;  ///< over that of all cells in step
  double squared_amplitude = 0;       ///< over the largest one
};

struct LanePixel {
  double sum = 0;  ///< of the terms with what is in force there, relative to the brightest possible term
  /// Factors of the whole pixel; 1 where they are in the terms.
  double captured_fraction = 1, solid_angle_sr = 1, polarization = 1;
  double photons = 0;
  double transmission = 1;  ///< of the way from the sample, in photons
};

/// The same sample is told of again for each chunk of terms.
struct TileTap {
  std::size_t fast = 0, slow = 0;
  void* listener = nullptr;
  void (*sample)(void* listener, const LaneSample&) = nullptr;
  void (*direction)(void* listener, const LaneDirection&) = nullptr;
  void (*term)(void* listener, const LaneTerm&) = nullptr;
  void (*pixel)(void* listener, const LanePixel&) = nullptr;

  /// The pixel's place in a tile that begins there; `pixels` where it is in another one.
  std::size_t lane(std::size_t tile_fast, std::size_t tile_slow, std::size_t pixels) const {
    return tile_slow == slow && fast >= tile_fast && fast < tile_fast + pixels ? fast - tile_fast : pixels;
  }
};

}  // namespace femtobragg::kernel
