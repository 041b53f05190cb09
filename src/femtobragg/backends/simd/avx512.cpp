// Strip kernels for x86-64 processors with AVX-512 (F, CD, VL, BW, DQ).
#include "femtobragg/backends/simd/strips.h"

namespace femtobragg::backends::simd_backend {

extern const GradientSet avx512_gradients;
extern const InstructionSet avx512;
constinit const InstructionSet avx512 = described<simd::Avx512>(
    "avx512",
    +[] {
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq");
    },
    &avx512_gradients);

}  // namespace femtobragg::backends::simd_backend
