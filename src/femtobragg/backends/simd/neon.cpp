// Strip kernels for 64-bit Arm processors.
#include "femtobragg/backends/simd/strips.h"

namespace femtobragg::backends::simd_backend {

extern const InstructionSet neon;
constinit const InstructionSet neon = described<simd::Neon>(
    "neon", +[] { return true; });

}  // namespace femtobragg::backends::simd_backend
