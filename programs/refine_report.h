// What a refinement leaves: refinement.json, pictures, and report.html, one page that needs nothing else.
#pragma once

#include "femtobragg/refine/refinement.h"
#include "programs/refine_settings.h"

namespace femtobragg::programs {

/// Throws Error(Runtime).
void write_refine_report(const RefineSettings& settings, const refine::Refinement& refinement,
                         const refine::RefinementResult& result);

}  // namespace femtobragg::programs
