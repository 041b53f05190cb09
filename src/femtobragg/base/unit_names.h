// Names of units in files: one table for all readers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace femtobragg {

/// What one of a unit is in metres, eV or radians; nothing: no such unit. Symbols (mm, keV) are read as they are
/// written, words (Millimetres, angstroms) in any case and number.
std::optional<double> metres_in(std::string_view unit);
std::optional<double> electronvolts_in(std::string_view unit);
std::optional<double> radians_in(std::string_view unit);
/// Whether the unit counts pixels.
bool is_pixels(std::string_view unit);

/// For messages: what lengths, energies or angles may be in.
inline constexpr std::string_view length_units = "m, cm, mm, um, nm, pm or A";
inline constexpr std::string_view energy_units = "eV, keV, MeV or J";
inline constexpr std::string_view angle_units = "deg, rad or mrad";

}  // namespace femtobragg
