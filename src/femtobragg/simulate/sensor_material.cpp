// The bridge to xraylib.
#include "femtobragg/simulate/sensor_material.h"

#include <xraylib/xraylib.h>

#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include "femtobragg/base/error.h"
#include "femtobragg/base/late_library.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "late_files.h"

namespace femtobragg {
namespace {

constexpr LateLibrary xraylib{"xraylib", FEMTOBRAGG_XRAYLIB};
FEMTOBRAGG_LATE(xraylib, CS_Photo_CP)
FEMTOBRAGG_LATE(xraylib, ElementDensity)
FEMTOBRAGG_LATE(xraylib, FreeCompoundDataNIST)
FEMTOBRAGG_LATE(xraylib, GetCompoundDataNISTByName)
FEMTOBRAGG_LATE(xraylib, SymbolToAtomicNumber)
FEMTOBRAGG_LATE(xraylib, xrl_clear_error)

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
  if (const int element = SymbolToAtomicNumber(material.c_str(), nullptr); element > 0)
    if (const double density = ElementDensity(element, nullptr); density > 0) return density;
  const std::unique_ptr<compoundDataNIST, void (*)(compoundDataNIST*)> compound(
      GetCompoundDataNISTByName(listed_name(material).c_str(), nullptr), FreeCompoundDataNIST);
  if (compound) return compound->density;
  throw Error::usage(
      {.what = "unknown sensor material",
       .value = in_quotes(material),
       .rule = "it must be an element such as Si, one of CdTe, GaAs, CsI and Gd2O2S, or the name of a NIST compound",
       .remedy = "give detector.sensor.attenuation and detector.sensor.thickness"});
}

double photoelectric_attenuation_per_m(const std::string& material, double wavelength_m) {
  const double density = density_g_per_cm3(material);
  const double energy_keV = hc_eV_angstrom / angstrom_from_metres(wavelength_m) / 1000;
  xrl_error* problem = nullptr;
  const double cm2_per_g = CS_Photo_CP(listed_name(material).c_str(), energy_keV, &problem);
  const std::string reason = problem ? problem->message : "";
  xrl_clear_error(&problem);
  if (cm2_per_g > 0 && std::isfinite(cm2_per_g)) return 100 * cm2_per_g * density;
  throw Error::usage({.what = "no absorption is known for " + material,
                      .value = format_number(energy_keV) + " keV",
                      .rule = reason.empty() ? "it is not in the tables" : reason,
                      .remedy = "give detector.sensor.attenuation and detector.sensor.thickness"});
}

}  // namespace femtobragg
