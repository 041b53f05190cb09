// What is in the way of the light, with the coefficients of its materials.
#pragma once

#include "femtobragg/assemble/assembly.h"

namespace femtobragg::assemble {

/// Whether it depends on how much of the sample the beam lights.
bool depends_on_width(const Attenuation& attenuation);

/// The scene's, for the experiment's wavelength and the part of the sample that the beam lights: as wide as the beam;
/// for spots, as a crystal of many blocks that is smaller. Throws Error(Usage) for unknown materials.
void set_attenuation(Assembled& result);

/// Says so where the spectrum is too wide for one wavelength: coefficients change with its third power.
std::vector<std::string> remarks_on_attenuation(const Experiment& experiment);

}  // namespace femtobragg::assemble
