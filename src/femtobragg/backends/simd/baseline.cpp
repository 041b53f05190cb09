// Strip kernels for any x86-64 processor (SSE2).
#include "femtobragg/backends/simd/strips.h"

namespace femtobragg::backends::simd_backend {

extern const InstructionSet baseline;
const InstructionSet baseline{.name = "baseline",
                              .runs_here = +[] { return true; },
                              .wide_float_tile = Strips<simd::Baseline>::wide_float_tile,
                              .scratch_bytes = Strips<simd::Baseline>::scratch_bytes,
                              .strip = Strips<simd::Baseline>::strip,
                              .multiply_adds = Strips<simd::Baseline>::multiply_adds};

}  // namespace femtobragg::backends::simd_backend
