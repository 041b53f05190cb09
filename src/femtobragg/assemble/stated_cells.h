// Files that state a cell or a space group beside the one that is rendered.
#pragma once

#include <string>
#include <vector>

#include "femtobragg/assemble/assembly.h"

namespace femtobragg::assemble {

/// A cell or a space group that is not that of the crystal which will be rendered, one sentence each. The orientation
/// is the geometry file's; the cell is the scene's, else that of the geometry file, else of the model or the
/// reflections; the space group is that of the structure factors.
std::vector<std::string> remarks_on_cells(const Assembled& assembled);

}  // namespace femtobragg::assemble
