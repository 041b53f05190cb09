// The rotation axis of the crystal and the angles at which it is rendered.
#pragma once

#include <cstdint>

#include "femtobragg/base/vec3.h"

namespace femtobragg {

struct Spindle {
  Vec3d axis{0, 0, 1};  ///< unit vector, lab frame
  double phi_start_rad = 0;
  double phi_range_rad = 0;  ///< reported; the steps below are what is rendered
  double phi_step_rad = 0;
  std::int64_t phi_steps = 1;  ///< angles phi_start + i phi_step, i from 0: the left edges of the sweep

  double phi_rad(std::int64_t i) const { return phi_start_rad + phi_step_rad * static_cast<double>(i); }
};

}  // namespace femtobragg
