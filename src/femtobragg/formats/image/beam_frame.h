// Geometries turned so that the beam runs along x, as formats that know no direction of the beam take for granted.
#pragma once

#include "femtobragg/model/geometry.h"

#pragma GCC visibility push(default)
namespace femtobragg::formats {

/// Turned to the usual frame of geometry_parts.h; the same if the beam is along x.
Geometry with_beam_along_x(const Geometry& geometry);

/// Where the beam meets a panel: pixels from the outer corner of its first one, and how far from the sample.
struct BeamSpot {
  double fast_px = 0, slow_px = 0, distance_m = 0;
};
/// Nothing: the panel does not stand across the beam.
std::optional<BeamSpot> beam_spot(const Panel& panel, const Vec3d& beam_direction);

/// Distance along the panel's normal, positive.
double normal_distance_m(const Panel& panel);

}  // namespace femtobragg::formats
#pragma GCC visibility pop
