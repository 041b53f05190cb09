// Space groups by the symbols in use.
#pragma once

#include <string>
#include <vector>

#include "femtobragg/atoms/symmetry_operations.h"

namespace gemmi {
struct SpaceGroup;
}

namespace femtobragg::atoms {

using Settings = std::vector<const gemmi::SpaceGroup*>;

/// All settings that the Hermann-Mauguin symbol may stand for, the usual one first: several where it leaves origin or
/// axes open. Understood are symbols with and without blanks, short, full and old ones (F m 3 m), P2(1)/c as of
/// SHELX, H 3 as of the PDB, numbers, and settings behind a colon, as the letters S, Z, H, R or in words (origin choice
/// 2). The cell says which axis of a monoclinic cell is the unique one where the symbol does not. Empty: unknown.
Settings settings_named(const std::string& symbol, const UnitCell& cell);

/// All settings of the table that have the number.
Settings settings_numbered(int number);

/// Those of the code, as 2, h, b1 or cab of International Tables.
Settings with_code(const Settings& settings, const std::string& code);

Operations operations_of(const gemmi::SpaceGroup& group);

/// From a Hall symbol. Throws Error(Runtime).
Operations operations_of_hall(const std::string& symbol, const std::string& where);

/// The setting of the table that has the operations, or the same ones with another origin; null: there is none.
const gemmi::SpaceGroup* setting_of(const Operations& operations);

}  // namespace femtobragg::atoms
