// How finely pixels are sampled, and whether structure factors are interpolated.
#pragma once

#include "femtobragg/nanobragg/scene.h"

namespace femtobragg::nanobragg {

/// Once detector and crystal are set up. Throws Error(Usage) for crystals so large that no sampling would do.
void set_sampling(Scene& scene, QuirkLog& quirks, bool strict);

}  // namespace femtobragg::nanobragg
