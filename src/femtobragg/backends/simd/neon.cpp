// Strip kernels for 64-bit Arm processors.
#include "femtobragg/backends/simd/strips.h"

namespace femtobragg::backends::simd_backend {

extern const GradientSet neon_gradients;
extern const InstructionSet neon;
constinit const InstructionSet neon = described<simd::Neon>(
    "neon", +[] { return true; }, &neon_gradients);

}  // namespace femtobragg::backends::simd_backend
