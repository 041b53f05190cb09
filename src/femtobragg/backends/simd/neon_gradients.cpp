// Differentiating kernels for 64-bit Arm processors.
#include "femtobragg/backends/simd/gradient_strips.h"

namespace femtobragg::backends::simd_backend {

extern const GradientSet neon_gradients;
constinit const GradientSet neon_gradients = described_gradients<simd::Neon>();

}  // namespace femtobragg::backends::simd_backend
