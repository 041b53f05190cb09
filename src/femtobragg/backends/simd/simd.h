// The SIMD backend: tiles of pixels, with the widest instructions that the processor has.
#pragma once

#include <memory>
#include <vector>

#include "femtobragg/backends/backend.h"

namespace femtobragg::backends {

/// One backend for each instruction set of this processor, the widest first: `simd-avx2` and so on.
std::vector<std::unique_ptr<Backend>> make_simd_backends();

/// The loops of all instruction sets that are compiled in.
std::vector<HotLoop> simd_hot_loops();

}  // namespace femtobragg::backends
