// Whether leaving terms out would save more than it costs: an estimate from a sample of pixels and terms.
#pragma once

#include <span>

#include "femtobragg/kernel/plan.h"

namespace femtobragg::backends::simd_backend {

/// Whether an image of these panels is likely to take less time with this tolerance than without any.
bool pays_to_leave_out(const kernel::Plan& plan, std::span<const kernel::PanelPlan> panels, double tolerance);

}  // namespace femtobragg::backends::simd_backend
