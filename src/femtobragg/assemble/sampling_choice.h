// Into how many parts spreads are divided: as many as integrated intensities need.
#pragma once

#include <string>

#include "femtobragg/assemble/assembly.h"

namespace femtobragg::assemble {

/// Fills result.scene's open numbers of rotation steps, divergence and dispersion steps and mosaic domains, and
/// result.sampling. The rest of the experiment is set up, with any numbers. Returns whether there was something to
/// choose.
bool choose_counts(Assembled& result, Rules& rules);

/// "integrated intensities are right to about 1 %".
std::string error_words(double error);

}  // namespace femtobragg::assemble
