// Strip kernels for 64-bit Arm processors.
#include "femtobragg/backends/simd/strips.h"

namespace femtobragg::backends::simd_backend {

extern const InstructionSet neon;
const InstructionSet neon{.name = "neon",
                          .runs_here = +[] { return true; },
                          .wide_float_tile = Strips<simd::Neon>::wide_float_tile,
                          .scratch_bytes = Strips<simd::Neon>::scratch_bytes,
                          .strip = Strips<simd::Neon>::strip,
                          .multiply_adds = Strips<simd::Neon>::multiply_adds};

}  // namespace femtobragg::backends::simd_backend
