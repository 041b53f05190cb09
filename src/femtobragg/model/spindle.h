// The rotation axis of the crystal and the angles at which it is rendered.
#pragma once

#include <vector>

#include <cstdint>

#include "femtobragg/base/vec3.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// The position of a step's angle within it.
enum class StepRule {
  Middles,    ///< in its middle
  LeftEdges,  ///< where it begins (comparison with older programs)
};

struct Spindle {
  Vec3d axis{0, 0, 1};         ///< unit vector, lab frame; rotations are right-handed about it
  double phi_start_rad = 0;    ///< where the sweep begins
  double phi_range_rad = 0;    ///< how far it goes; the steps below are what is rendered
  double phi_step_rad = 0;     ///< width of a step
  std::int64_t phi_steps = 1;  ///< at least 1; the first begins where the sweep does
  StepRule step_rule = StepRule::Middles;
  std::vector<double> step_light{};  ///< of each step, over the mean light of exposures; empty: a steady beam

  /// The angle that represents step i, counted from 0.
  double phi_rad(std::int64_t i) const {
    const double shift = step_rule == StepRule::Middles ? 0.5 : 0.0;
    return phi_start_rad + phi_step_rad * (static_cast<double>(i) + shift);
  }

  friend bool operator==(const Spindle&, const Spindle&) = default;
};

}  // namespace femtobragg
#pragma GCC visibility pop
