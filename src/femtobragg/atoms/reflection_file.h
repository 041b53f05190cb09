// Reflection files that describe their columns: MTZ, CIF, XDS, SHELX, SCALEPACK; expanded to P1 by their symmetry.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/atoms/atomic_model.h"
#include "femtobragg/model/structure_factors.h"

namespace femtobragg::atoms {

/// Whether the bytes are such a file; lists of h k l F are not.
bool looks_like_reflection_file(std::string_view bytes);

struct ReflectionFile {
  std::optional<UnitCell> cell;  ///< nothing: the file states neither cell nor symmetry (SHELX)
  SpaceGroup space_group;
  StructureFactors factors;       ///< every index that symmetry and Friedel's law generate, in P1
  std::uint64_t reflections = 0;  ///< number of reflections with a value in the file
  double d_min_A = 0;             ///< resolution of the furthest reflection
  std::uint64_t missing =
      0;  ///< indices in P1 to that resolution that are neither absent nor known; they get the default amplitude
  std::vector<std::string> notes, warnings;  ///< which columns were used; how many are missing, merged, negative
};

/// `labels`: columns (MTZ, XDS) or names after `_refln.` (CIF). The first one is used; a second one is its Friedel mate
/// if it is of the same kind, and otherwise reported as not used. Empty: chosen in this order: amplitudes of Friedel
/// pairs, amplitudes, intensities of pairs, intensities, calculated amplitudes. Rows of the same reflection are merged
/// (mean intensity). Intensities become sqrt(max(0, I)). Absent reflections are zero. Throws Error(Runtime) that names
/// the file, and the row, or the existing columns if none is suitable.
ReflectionFile parse_reflection_file(std::string_view bytes, const std::string& name,
                                     const std::vector<std::string>& labels, double default_amplitude);

}  // namespace femtobragg::atoms
