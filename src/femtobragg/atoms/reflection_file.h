// Reflection files that say what their columns are: MTZ, CIF, XDS, SHELX, SCALEPACK; expanded to P1 by their symmetry.
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
  StructureFactors factors;       ///< every index that symmetry and Friedel's law give, in P1
  std::uint64_t reflections = 0;  ///< with a value, in the file
  double d_min_A = 0;             ///< of the furthest of them
  std::uint64_t missing = 0;      ///< indices in P1 to that resolution, neither absent nor known: the default amplitude
  std::vector<std::string> notes, warnings;  ///< which columns were taken; how many are missing, merged, negative
};

/// `labels`: columns (MTZ, XDS) or names after `_refln.` (CIF), the first of which counts; a second one is its Friedel
/// mate where it is of the same kind, and else named as not used. Empty: chosen, in this order: amplitudes of Friedel
/// pairs, amplitudes, intensities of pairs, intensities, calculated amplitudes. Rows of one reflection are merged (mean
/// intensity). Intensities become sqrt(max(0, I)). Absent reflections are zero. Throws Error(Runtime) that names the
/// file, and the row, or the columns there are where none will do.
ReflectionFile parse_reflection_file(std::string_view bytes, const std::string& name,
                                     const std::vector<std::string>& labels, double default_amplitude);

}  // namespace femtobragg::atoms
