// Differentiating kernels for any x86-64 processor (SSE2).
#include "femtobragg/backends/simd/gradient_strips.h"

namespace femtobragg::backends::simd_backend {

extern const GradientSet baseline_gradients;
constinit const GradientSet baseline_gradients = described_gradients<simd::Baseline>();

}  // namespace femtobragg::backends::simd_backend
