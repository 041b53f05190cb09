// Space groups by their usual symbols.
#pragma once

#include <string>
#include <vector>

#include "femtobragg/atoms/symmetry_operations.h"

namespace gemmi {
struct SpaceGroup;
}

namespace femtobragg::atoms {

using Settings = std::vector<const gemmi::SpaceGroup*>;

/// All settings that the Hermann-Mauguin symbol may mean, the usual one first; there are several if it leaves origin or
/// axes open. It understands symbols with and without blanks, short, full and old ones (F m 3 m), P2(1)/c as in SHELX,
/// H 3 as in the PDB, numbers, and settings after a colon, as the letters S, Z, H, R or in words (origin choice 2). If
/// the symbol does not say which axis of a monoclinic cell is unique, the cell decides. Empty: unknown.
Settings settings_named(const std::string& symbol, const UnitCell& cell);

/// All settings of the table that have the number.
Settings settings_numbered(int number);

/// The settings with this code, such as 2, h, b1 or cab of International Tables.
Settings with_code(const Settings& settings, const std::string& code);

Operations operations_of(const gemmi::SpaceGroup& group);

/// Reads a Hall symbol. Throws Error(Runtime).
Operations operations_of_hall(const std::string& symbol, const std::string& where);

/// The setting in the table that has the operations, or the same ones with another origin; null: there is none.
const gemmi::SpaceGroup* setting_of(const Operations& operations);

}  // namespace femtobragg::atoms
