// What makes the crystal brighter, but not the backgrounds.
#pragma once

#include "femtobragg/gradients/parameter.h"

namespace femtobragg::gradients {

inline void prepare_crystal_brightness(const kernel::Plan& plan, kernel::PlanMotion& motion) {
  for (const physics::Background& background : plan.backgrounds)
    motion.backgrounds = motion.backgrounds || background.scale != 0;
}

/// Adds a relative change of the crystal's photons.
inline void add_crystal_brightness(const kernel::Plan& plan, double relative, kernel::PlanTangent& tangent) {
  tangent[kernel::slot::intensity_scale] += relative;
  for (std::size_t k = 0; k < plan.backgrounds.size(); ++k)
    tangent[kernel::slot::background + k] -= relative * plan.backgrounds[k].scale;
}

/// The crystal in the beam keeps its volume: the larger its blocks, the fewer.
inline bool counts_blocks(const Experiment& experiment) { return experiment.crystal.lit_volume_m3 > 0; }
inline void prepare_block_volume(const Experiment& experiment, const kernel::Plan& plan, kernel::PlanMotion& motion) {
  if (counts_blocks(experiment)) prepare_crystal_brightness(plan, motion);
}
/// Adds what follows from a relative change of the volume of a block.
inline void add_block_volume(const ParameterPoint& point, double relative, kernel::PlanTangent& tangent) {
  if (counts_blocks(point.experiment)) add_crystal_brightness(point.plan, -relative, tangent);
}

}  // namespace femtobragg::gradients
