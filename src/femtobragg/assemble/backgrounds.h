// From backgrounds of a scene to those of an experiment.
#pragma once

#include <string>
#include <string_view>

#include "femtobragg/assemble/assembly.h"

namespace femtobragg::assemble {

/// The name of a background in messages: of its material, or of its file.
const std::string& name_of(const BackgroundScene& background);

/// Reads a table: sin(theta) / lambda in 1/angstrom and the form factor in electrons, or its square. Rows may be in any
/// order; '#' begins a comment; further columns do not count. Throws Error(Usage) for fewer than two rows, what is no
/// finite number or negative, and points that are there twice.
void read_table(std::string_view text, const std::string& name, const BackgroundScene& scene, Background& background);

/// The number of molecules in a beam of this cross section. Throws Error(Usage) where the scene does not say how many,
/// or says it twice.
double molecules_of(const BackgroundScene& scene, double beam_area_m2);

/// Those of the scene, for the experiment's beam and detector.
void set_backgrounds(Assembled& result);

}  // namespace femtobragg::assemble
