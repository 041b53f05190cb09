// Panels from a scene: as it lists them, of a geometry file, or of a detector at a distance.
#pragma once

#include "femtobragg/assemble/assembly.h"

namespace femtobragg::assemble {

/// Reads the scene's geometry file, if it names one, and fills in what that says of detector, beam, crystal and
/// rotation where the scene says nothing. Throws Error.
void read_geometry_file(Assembled& result);

/// The detector of the experiment. Throws Error.
void set_detector(Assembled& result);

}  // namespace femtobragg::assemble
