// What the detector can see: how far its corners reach, how wide and how far apart spots are.
#pragma once

#include <optional>

#include "femtobragg/kernel/plan.h"
#include "femtobragg/nanobragg/setup/setup.h"

namespace femtobragg::nanobragg {

/// A pixel in the image that the panels share.
struct DetectorPixel {
  std::size_t fast = 0, slow = 0;
};

/// The corner with the finest resolution, among the regions of interest of all panels.
struct FinestCorner {
  DetectorPixel pixel;
  double d_A = 0;
  Vec3d hkl;  ///< there, for the first orientation
};

struct Sight {
  std::optional<FinestCorner> corner;        ///< of a region that has pixels
  std::optional<DetectorPixel> direct_beam;  ///< where the beam hits a region of interest
  double list_d_A = 0;                       ///< of the reflection furthest out; 0: no list
  double spot_px = 0;                        ///< width of the narrowest spots, right below the sample
  double spacing_px = 0;                     ///< between the reflections along the longest axis
};

/// The pixel where the beam hits a region of interest.
std::optional<DetectorPixel> direct_beam_pixel(const Experiment& experiment);

Sight sight_of(const Setup& setup, const kernel::Plan& plan);

}  // namespace femtobragg::nanobragg
