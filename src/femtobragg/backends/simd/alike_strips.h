// Where on a panel all reflections have one amplitude, though the plan has a table.
#pragma once

#include <vector>

#include "femtobragg/backends/simd/kernels/strip_job.h"

namespace femtobragg::backends::simd_backend {

/// For each strip, whether all scattering vectors of its pixels are longer than that: without F(0,0,0), all strips that
/// are not near the direct beam.
std::vector<bool> strips_beyond(const kernel::Plan& plan, const kernel::PanelPlan& panel, double q_per_m);

}  // namespace femtobragg::backends::simd_backend
