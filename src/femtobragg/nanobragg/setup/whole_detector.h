// What rendering takes, for all panels of a detector together.
#pragma once

#include "femtobragg/kernel/plan.h"
#include "femtobragg/simulate/render.h"

namespace femtobragg::nanobragg {

/// Crystal terms.
double evaluations_of_all(const kernel::Plan& plan);

/// Memory is that of the panel that takes most, for panels share it.
backends::Outlook outlook_of_all(const kernel::Plan& plan, const RenderRequest& request);

/// Whether the reference backend computes every panel.
bool computed_by_reference(const kernel::Plan& plan, const RenderRequest& request);

}  // namespace femtobragg::nanobragg
