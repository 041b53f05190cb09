// What a file states about its symmetry, and the operations that follow from it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "femtobragg/atoms/atomic_model.h"

namespace femtobragg::atoms {

/// Each field is empty if the file does not state it.
struct StatedSymmetry {
  std::vector<std::string> operations{};  ///< such as x,-y+1/2,z: the whole group, including centring
  std::string hall{};
  std::vector<std::string> symbols{};             ///< Hermann-Mauguin
  std::optional<std::string> reference_symbol{};  ///< symbol of the standard setting of this type of group
  std::string code{};                             ///< IT_coordinate_system_code: 1, 2, h, r, b1, cab, ...
  std::optional<int> number{};
  std::string crystal_system{};
  std::string how_to_state_setting = "give it after the symbol, as in F d -3 m :2";
  bool origin_matters = true;  ///< false for amplitudes, which do not depend on it
  bool usual_setting = false;  ///< a number alone means the first setting that fits the cell
};

/// Listed operations are used; without them the Hall symbol, then the Hermann-Mauguin symbol with its setting.
/// Statements that contradict the operations are refused if they describe another type of group, and cause a warning if
/// only origin or axes differ. The cell must have the symmetry, and decides between settings that a symbol leaves open.
/// Throws Error(Runtime).
SpaceGroup symmetry_of(const StatedSymmetry& stated, const UnitCell& cell, const std::string& where,
                       std::vector<std::string>& notes, std::vector<std::string>& warnings);

inline SpaceGroup symmetry_of(const StatedSymmetry& stated, const UnitCell& cell, const std::string& where,
                              AtomicModel& messages) {
  return symmetry_of(stated, cell, where, messages.notes, messages.warnings);
}

}  // namespace femtobragg::atoms
