// Strip kernels for x86-64 processors with AVX-512 (F, CD, VL, BW, DQ).
#include "femtobragg/backends/simd/strips.h"

namespace femtobragg::backends::simd_backend {

extern const InstructionSet avx512;
const InstructionSet avx512{.name = "avx512",
                            .runs_here =
                                +[] {
                                  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
                                         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
                                         __builtin_cpu_supports("avx512dq");
                                },
                            .wide_float_tile = Strips<simd::Avx512>::wide_float_tile,
                            .scratch_bytes = Strips<simd::Avx512>::scratch_bytes,
                            .strip = Strips<simd::Avx512>::strip,
                            .multiply_adds = Strips<simd::Avx512>::multiply_adds};

}  // namespace femtobragg::backends::simd_backend
