// Densities and photoelectric absorption of sensors.
#include "femtobragg/simulate/sensor_material.h"

#include <array>
#include <utility>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/simulate/compounds.h"

namespace femtobragg {
namespace {

/// Formulas of sensors, and what NIST's list calls them.
constexpr std::array<std::pair<const char*, const char*>, 4> compounds = {{{"CdTe", "Cadmium Telluride"},
                                                                           {"GaAs", "Gallium Arsenide"},
                                                                           {"CsI", "Cesium Iodide"},
                                                                           {"Gd2O2S", "Gadolinium Oxysulfide"}}};

std::string listed_name(const std::string& material) {
  for (const auto& [formula, name] : compounds)
    if (material == formula) return name;
  return material;
}

}  // namespace

double density_g_per_cm3(const std::string& material) {
  if (const auto density = listed_density_g_per_cm3(listed_name(material))) return *density;
  throw Error::usage(
      {.what = "unknown sensor material",
       .value = in_quotes(material),
       .rule = "it must be an element such as Si, one of CdTe, GaAs, CsI and Gd2O2S, or the name of a NIST compound",
       .remedy = "give detector.sensor.attenuation and detector.sensor.thickness"});
}

double photoelectric_attenuation_per_m(const std::string& material, double wavelength_m) {
  const double density = density_g_per_cm3(material);
  const double energy_keV = hc_eV_angstrom / angstrom_from_metres(wavelength_m) / 1000;
  const auto [cm2_per_g, reason] = mass_attenuation(listed_name(material), energy_keV, CrossSection::Photoelectric);
  if (cm2_per_g > 0) return 100 * cm2_per_g * density;
  throw Error::usage({.what = "no absorption is known for " + material,
                      .value = format_number(energy_keV) + " keV",
                      .rule = reason.empty() ? "it is not in the tables" : reason,
                      .remedy = "give detector.sensor.attenuation and detector.sensor.thickness"});
}

}  // namespace femtobragg
