// What the detector can see: how far its corners reach, how wide and how far apart spots are.
#pragma once

#include <optional>

#include "femtobragg/kernel/plan.h"
#include "femtobragg/nanobragg/setup/setup.h"

namespace femtobragg::nanobragg {

/// In the image that the panels share.
struct DetectorPixel {
  std::size_t fast = 0, slow = 0;
};

/// Of the corners of all panels' regions of interest, the one that sees the finest resolution.
struct FinestCorner {
  DetectorPixel pixel;
  double d_A = 0;
  Vec3d hkl;  ///< there, for the first orientation
};

struct Sight {
  std::optional<FinestCorner> corner;        ///< of a region that holds pixels
  std::optional<DetectorPixel> direct_beam;  ///< where the beam hits a region of interest
  double list_d_A = 0;                       ///< of the reflection furthest out; 0: no list
  double spot_px = 0;                        ///< width of the narrowest spots, right below the sample
  double spacing_px = 0;                     ///< between the reflections along the longest axis
};

/// Where the beam hits a region of interest.
std::optional<DetectorPixel> direct_beam_pixel(const Experiment& experiment);

Sight sight_of(const Setup& setup, const kernel::Plan& plan);

}  // namespace femtobragg::nanobragg
