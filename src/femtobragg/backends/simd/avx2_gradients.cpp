// Differentiating kernels for x86-64 processors with AVX2 and fused multiply-add.
#include "femtobragg/backends/simd/gradient_strips.h"

namespace femtobragg::backends::simd_backend {

extern const GradientSet avx2_gradients;
constinit const GradientSet avx2_gradients = described_gradients<simd::Avx2>();

}  // namespace femtobragg::backends::simd_backend
