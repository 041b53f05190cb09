// Differentiating kernels for x86-64 processors with AVX-512 (F, CD, VL, BW, DQ).
#include "femtobragg/backends/simd/gradient_strips.h"

namespace femtobragg::backends::simd_backend {

extern const GradientSet avx512_gradients;
constinit const GradientSet avx512_gradients = described_gradients<simd::Avx512>();

}  // namespace femtobragg::backends::simd_backend
