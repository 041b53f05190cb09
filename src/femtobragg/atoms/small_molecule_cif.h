// Models in CIFs of small molecules and inorganic crystals.
#pragma once

#include "femtobragg/atoms/atomic_model.h"
#include "femtobragg/atoms/cif_items.h"

namespace femtobragg::atoms {

/// Occupancies on special positions are divided by the number of coinciding copies; positions and displacements get the
/// symmetry of their site.
AtomicModel small_molecule_model(const CifItems& items, const std::string& block, const std::string& name);

}  // namespace femtobragg::atoms
