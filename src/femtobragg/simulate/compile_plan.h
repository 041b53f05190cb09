// From an experiment to the flat plan that backends compute.
#pragma once

#include "femtobragg/kernel/plan.h"
#include "femtobragg/model/experiment.h"

namespace femtobragg {

/// Validates the experiment and lays it out as numbers. The plan shares the table of structure factors and has masks of
/// its own; those that are the same in `like`, another plan, it shares with that one, and transmissions. Throws
/// Error(Usage).
kernel::Plan compile_plan(const Experiment& experiment, const kernel::Plan* like = nullptr);

/// A panel as numbers, without what stands in front of it; masks that are the same in `like` are shared.
kernel::PanelPlan panel_plan(const Panel& panel, const Vec3d& beam, const kernel::PanelPlan* like = nullptr);

}  // namespace femtobragg
