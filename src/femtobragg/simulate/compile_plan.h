// From an experiment to the flat plan that backends compute.
#pragma once

#include "femtobragg/kernel/plan.h"
#include "femtobragg/model/experiment.h"

namespace femtobragg {

/// Validates the experiment and lays it out as numbers. The plan refers to the experiment's masks and structure
/// factors: keep the experiment alive as long as the plan.
kernel::Plan compile_plan(const Experiment& experiment);

}  // namespace femtobragg
