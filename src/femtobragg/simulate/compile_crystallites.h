// From crystallites that can be counted to their reflections near the sphere of reflection.
#pragma once

#include "femtobragg/kernel/plan.h"
#include "femtobragg/model/experiment.h"

namespace femtobragg {

/// The reflections of all crystallites that light of the plan's rays can reach while the spindle turns through the
/// frame. The plan keeps the lists. Reflections narrower than a sub-pixel are widened to that, with all of their light.
/// Throws Error(Runtime) where they do not fit into memory.
physics::PowderRings compiled_rings(kernel::Plan& plan, const Experiment& experiment, const Crystallites& crystallites);

}  // namespace femtobragg
