// Positions of panel points in the lab, for quantities that are derived from an image rather than rendered.
#pragma once

#include "femtobragg/kernel/plan.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// Mean depth below the panel's surface at which photons stop, for rays at right angles.
double mean_depth_m(const kernel::PanelPlan& panel);

/// Coordinates are in pixels from the outer corner of the first one: its centre is 0.5, 0.5.
Vec3d point_of(const kernel::PanelPlan& panel, double fast_px, double slow_px, double depth_m);

}  // namespace femtobragg
#pragma GCC visibility pop
