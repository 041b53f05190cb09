// What a file says about its symmetry, and the operations that follow from it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "femtobragg/atoms/atomic_model.h"

namespace femtobragg::atoms {

/// Each empty where the file is silent.
struct StatedSymmetry {
  std::vector<std::string> operations{};  ///< as x,-y+1/2,z: all of the group, those of centring too
  std::string hall{};
  std::vector<std::string> symbols{};             ///< Hermann-Mauguin
  std::optional<std::string> reference_symbol{};  ///< of the type's standard setting
  std::string code{};                             ///< IT_coordinate_system_code: 1, 2, h, r, b1, cab, ...
  std::optional<int> number{};
  std::string crystal_system{};
  std::string how_to_state_setting = "state it behind the symbol, as F d -3 m :2";
  bool origin_matters = true;  ///< not for amplitudes
  bool usual_setting = false;  ///< a number alone stands for the first setting that the cell has
};

/// Listed operations count; without them the Hall symbol, then the Hermann-Mauguin symbol with its setting. What
/// contradicts the operations is refused where it is of another type of group, and warned of where only origin or axes
/// differ. The cell must have the symmetry, and chooses among settings that a symbol leaves open. Throws
/// Error(Runtime).
SpaceGroup symmetry_of(const StatedSymmetry& stated, const UnitCell& cell, const std::string& where,
                       std::vector<std::string>& notes, std::vector<std::string>& warnings);

inline SpaceGroup symmetry_of(const StatedSymmetry& stated, const UnitCell& cell, const std::string& where,
                              AtomicModel& messages) {
  return symmetry_of(stated, cell, where, messages.notes, messages.warnings);
}

}  // namespace femtobragg::atoms
