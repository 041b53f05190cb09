// Strip kernels for x86-64 processors with AVX2 and fused multiply-add.
#include "femtobragg/backends/simd/strips.h"

namespace femtobragg::backends::simd_backend {

extern const GradientSet avx2_gradients;
extern const InstructionSet avx2;
constinit const InstructionSet avx2 = described<simd::Avx2>(
    "avx2", +[] { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }, &avx2_gradients);

}  // namespace femtobragg::backends::simd_backend
