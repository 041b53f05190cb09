// Derivatives in lanes.
#pragma once

#include <span>

#include "femtobragg/backends/backend.h"
#include "femtobragg/backends/simd/pass.h"

namespace femtobragg::backends::simd_backend {

/// See Prepared::differentiate(). `panels`: those of the passes.
void differentiate_passes(std::span<const Pass> passes, const kernel::PlanMotion& motion,
                          std::span<const PanelTangents> panels, const GradientVisit& visit,
                          const std::stop_token& stop);

/// See Prepared::differentiate_amplitudes().
void differentiate_amplitudes_of(std::span<const Pass> passes, std::span<const PanelWeights> panels,
                                 AmplitudeVariable variable, std::span<double> derivatives,
                                 const std::stop_token& stop);

}  // namespace femtobragg::backends::simd_backend
