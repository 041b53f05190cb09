// Elements, formulas and the NIST list of compounds, as xraylib has them.
#pragma once

#include <optional>
#include <string>

namespace femtobragg {

/// Of elements and listed compounds; nothing: xraylib has none.
std::optional<double> listed_density_g_per_cm3(const std::string& material);

enum class CrossSection { Photoelectric, Total };

struct MassAttenuation {
  double cm2_per_g = 0;  ///< 0: there is none
  std::string reason;    ///< then; may be empty
};
MassAttenuation mass_attenuation(const std::string& material, double energy_keV, CrossSection kind);

}  // namespace femtobragg
