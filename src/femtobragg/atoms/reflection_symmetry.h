// Inside reflection_file: the space group that a file states in several ways.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "femtobragg/atoms/atomic_model.h"

namespace femtobragg::atoms {

struct SymmetryWords {
  std::vector<std::string> operations{};  ///< as x,-y+1/2,z
  std::string hall{}, symbol{};           ///< symbol: Hermann-Mauguin
  std::optional<int> number{};            ///< of International Tables
};

/// Operations count, then the Hall symbol, the Hermann-Mauguin symbol, the number; what contradicts them is told in
/// `warnings`. Throws Error(Runtime).
SpaceGroup reflection_symmetry(const SymmetryWords& words, const UnitCell& cell, const std::string& where,
                               std::vector<std::string>& warnings);

}  // namespace femtobragg::atoms
