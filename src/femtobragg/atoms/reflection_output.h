// Writes amplitudes with cell and symmetry: MTZ and SF-mmCIF.
#pragma once

#include <string>
#include <vector>

#include "femtobragg/atoms/atomic_model.h"
#include "femtobragg/model/structure_factors.h"

namespace femtobragg::atoms {

struct AmplitudeList {
  UnitCell cell;
  std::string space_group;  ///< Hermann-Mauguin; empty: P 1
  const StructureFactors* factors = nullptr;
  double d_min_A = 0;          ///< reflections beyond it are not written
  bool friedel_pairs = false;  ///< Friedel mates differ
  std::string title;
};

/// Indices to the resolution that are not absent; `unique`: one from each set of equivalents, including Friedel mates.
std::vector<Hkl> listed_indices(const AmplitudeList& list, bool unique);

/// The bytes of an MTZ file of unique reflections: F, or F(+) and F(-). Throws Error(Runtime) for unknown symmetry.
std::string mtz_bytes(const AmplitudeList& list);
/// The same as SF-mmCIF: F_calc, or pdbx_F_plus and pdbx_F_minus.
std::string sf_cif_text(const AmplitudeList& list);

}  // namespace femtobragg::atoms
