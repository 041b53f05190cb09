// Atomic models: PDB, mmCIF and small-molecule CIF.
#pragma once

#include <string>
#include <string_view>

#include "femtobragg/atoms/atomic_model.h"

namespace femtobragg::atoms {

/// Whether the bytes look like a CIF: they begin, comments aside, with a data block.
bool looks_like_cif(std::string_view bytes);

/// Reads a model of whichever format the bytes are in. Of several models the first counts; copies by non-crystal
/// symmetry that the file leaves out are made. Occupancies on special positions: those of PDB and mmCIF are shares of
/// one copy already, those of small-molecule CIF are divided by the number of coinciding copies.
/// Throws Error(Runtime) that names the file and the line, block or atom.
AtomicModel parse_model(std::string_view bytes, const std::string& name);

}  // namespace femtobragg::atoms
