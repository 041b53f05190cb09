// Derivatives in lanes.
#pragma once

#include <span>

#include "femtobragg/backends/backend.h"
#include "femtobragg/backends/simd/pass.h"

namespace femtobragg::backends::simd_backend {

/// See Backend::differentiate().
void differentiate_pass(const Pass& pass, const kernel::PlanMotion& motion,
                        std::span<const kernel::PlanTangent> tangents, const GradientVisit& visit);

/// See Backend::differentiate_amplitudes().
void differentiate_pass_amplitudes(const Pass& pass, std::span<const double> weights, AmplitudeVariable variable,
                                   std::span<double> derivatives);

}  // namespace femtobragg::backends::simd_backend
