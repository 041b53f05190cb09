// Which reflection brings which photons, in lanes.
#pragma once

#include <span>

#include "femtobragg/backends/backend.h"
#include "femtobragg/backends/simd/pass.h"

namespace femtobragg::backends::simd_backend {

/// See Prepared::tell_reflections(). `panels`: those of the passes, which may leave terms out.
void tell_reflections_of(std::span<const Pass> passes, std::span<const std::size_t> panels,
                         const ReflectionVisit& visit, const Watch& watch);

}  // namespace femtobragg::backends::simd_backend
