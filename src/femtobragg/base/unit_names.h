// Names of units in files: one table for all readers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace femtobragg {

/// The value of one unit in metres, eV or radians; nothing: no such unit. Symbols (mm, keV) are case-sensitive; words
/// (Millimetres, angstroms) may have any case and number.
std::optional<double> metres_in(std::string_view unit);
std::optional<double> electronvolts_in(std::string_view unit);
std::optional<double> radians_in(std::string_view unit);
/// Whether the unit is pixels.
bool is_pixels(std::string_view unit);

/// The accepted units of lengths, energies or angles, for messages.
inline constexpr std::string_view length_units = "m, cm, mm, um, nm, pm or A";
inline constexpr std::string_view energy_units = "eV, keV, MeV or J";
inline constexpr std::string_view angle_units = "deg, rad or mrad";

}  // namespace femtobragg
