// Atomic models: PDB, mmCIF and small-molecule CIF.
#pragma once

#include <string>
#include <string_view>

#include "femtobragg/atoms/atomic_model.h"

namespace femtobragg::atoms {

/// Whether the bytes look like a CIF: comments aside, they begin with a data block.
bool looks_like_cif(std::string_view bytes);

/// Reads a model in any of these formats. If there are several models, the first is used; non-crystallographic copies
/// that the file does not list are generated. Occupancies on special positions: in PDB and mmCIF they are fractions of
/// one copy already; in small-molecule CIF they are divided by the number of coinciding copies. Throws Error(Runtime)
/// that names the file and the line, block or atom.
AtomicModel parse_model(std::string_view bytes, const std::string& name);

}  // namespace femtobragg::atoms
