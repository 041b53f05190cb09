// Strip kernels for x86-64 processors with AVX2 and fused multiply-add.
#include "femtobragg/backends/simd/strips.h"

namespace femtobragg::backends::simd_backend {

extern const InstructionSet avx2;
const InstructionSet avx2{.name = "avx2",
                          .runs_here = +[] { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); },
                          .wide_float_tile = Strips<simd::Avx2>::wide_float_tile,
                          .scratch_bytes = Strips<simd::Avx2>::scratch_bytes,
                          .strip = Strips<simd::Avx2>::strip,
                          .multiply_adds = Strips<simd::Avx2>::multiply_adds};

}  // namespace femtobragg::backends::simd_backend
