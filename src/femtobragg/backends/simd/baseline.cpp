// Strip kernels for any x86-64 processor (SSE2).
#include "femtobragg/backends/simd/strips.h"

namespace femtobragg::backends::simd_backend {

extern const GradientSet baseline_gradients;
extern const InstructionSet baseline;
constinit const InstructionSet baseline = described<simd::Baseline>(
    "baseline", +[] { return true; }, &baseline_gradients);

}  // namespace femtobragg::backends::simd_backend
