// How finely pixels are sampled.
#pragma once

#include "femtobragg/assemble/assembly.h"

namespace femtobragg::assemble {

/// Sub-pixels, resolution limit and interpolation, when detector and crystal are known. Throws Error(Usage).
void set_sampling(Assembled& result, Rules& rules);

}  // namespace femtobragg::assemble
