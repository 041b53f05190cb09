// Backgrounds of an experiment as numbers of a plan.
#pragma once

#include "femtobragg/kernel/plan.h"
#include "femtobragg/model/experiment.h"

namespace femtobragg {

/// Water first, even if there is none: then its level has a derivative. The plan has its panels, directions and rays
/// already.
void compile_backgrounds(kernel::Plan& plan, const Experiment& experiment);

}  // namespace femtobragg
