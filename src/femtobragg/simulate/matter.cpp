// Names, densities and the bridge to xraylib's total cross sections.
#include "femtobragg/simulate/matter.h"

#include <xraylib/xraylib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "femtobragg/base/error.h"
#include "femtobragg/base/late_library.h"
#include "femtobragg/base/near_words.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "late_files.h"

namespace femtobragg {
namespace {

constexpr LateLibrary xraylib{"xraylib", FEMTOBRAGG_XRAYLIB};
FEMTOBRAGG_LATE(xraylib, CS_Total_CP)
FEMTOBRAGG_LATE(xraylib, ElementDensity)
FEMTOBRAGG_LATE(xraylib, FreeCompoundDataNIST)
FEMTOBRAGG_LATE(xraylib, GetCompoundDataNISTByName)
FEMTOBRAGG_LATE(xraylib, SymbolToAtomicNumber)
FEMTOBRAGG_LATE(xraylib, xrl_clear_error)

/// What people call materials, and what the tables call them; density 0: that of the tables.
struct NamedMaterial {
  const char *name, *listed;
  double density_g_per_cm3;
};

// Ideal gases at 293.15 K and 101325 Pa have M / 24055 cm^3/mol; M by the IUPAC's standard atomic weights.
constexpr std::array<NamedMaterial, 14> named = {{
    {"air", "Air, Dry (near sea level)", 0},
    {"helium", "He", 4.0026 / 24055},
    {"nitrogen", "N", 28.014 / 24055},
    {"oxygen", "O", 31.998 / 24055},
    {"argon", "Ar", 39.95 / 24055},
    {"water", "Water, Liquid", 0},
    {"ice", "H2O", 0.917},  // hexagonal ice at 0 C: CRC Handbook of Chemistry and Physics
    {"kapton", "Kapton Polyimide Film", 0},
    {"paraffin-oil", "CH2", 0.86},
    {"mylar", "Polyethylene Terephthalate (Mylar)", 0},
    {"glass", "Glass, Pyrex", 0},
    {"quartz", "SiO2", 2.65},  // alpha quartz: CRC Handbook
    {"diamond", "C", 3.515},   // CRC Handbook
    {"polyethylene", "Polyethylene", 0},
}};

const NamedMaterial* named_material(const std::string& name) {
  const auto found = std::ranges::find_if(named, [&](const NamedMaterial& row) { return name == row.name; });
  return found == named.end() ? nullptr : &*found;
}

/// Of elements and listed compounds.
std::optional<double> listed_density(const std::string& material) {
  if (const int element = SymbolToAtomicNumber(material.c_str(), nullptr); element > 0)
    if (const double density = ElementDensity(element, nullptr); density > 0) return density;
  const std::unique_ptr<compoundDataNIST, void (*)(compoundDataNIST*)> compound(
      GetCompoundDataNISTByName(material.c_str(), nullptr), FreeCompoundDataNIST);
  return compound ? std::optional(compound->density) : std::nullopt;
}

[[noreturn]] void refuse_unknown(const std::string& material, const std::string& field) {
  std::vector<std::string> names{"vacuum"};
  for (const NamedMaterial& row : named) names.emplace_back(row.name);
  const std::string near = nearest_word(material, names);
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  throw Error::usage({.what = "unknown material",
                      .where = field,
                      .value = in_quotes(material),
                      .rule = near.empty()
                                  ? "it must be an element, a formula, a name of the NIST list, or one of " + all
                                  : "did you mean " + near + "?",
                      .remedy = "correct it, or give the attenuation"});
}

/// cm^2/g; 0 with a reason where there is none.
double mass_attenuation(const std::string& material, double energy_keV, std::string& reason) {
  xrl_error* problem = nullptr;
  const double cm2_per_g = CS_Total_CP(material.c_str(), energy_keV, &problem);
  reason = problem ? problem->message : "";
  xrl_clear_error(&problem);
  return cm2_per_g > 0 && std::isfinite(cm2_per_g) ? cm2_per_g : 0;
}

}  // namespace

double attenuation_of(const Matter& matter, double wavelength_m, const std::string& field) {
  if (matter.attenuation_per_m) return *matter.attenuation_per_m;
  if (matter.material == "vacuum") return 0;
  const NamedMaterial* const row = named_material(matter.material);
  const std::string listed = row ? row->listed : matter.material;
  // Every formula has a cross section at an energy where all elements do.
  constexpr double usual_keV = 12;
  std::string reason;
  if (mass_attenuation(listed, usual_keV, reason) == 0) refuse_unknown(matter.material, field);
  const std::optional<double> density = matter.density_g_per_cm3            ? matter.density_g_per_cm3
                                        : row && row->density_g_per_cm3 > 0 ? std::optional(row->density_g_per_cm3)
                                                                            : listed_density(listed);
  if (!density)
    throw Error::usage({.what = "a formula without a density",
                        .where = field,
                        .value = in_quotes(matter.material),
                        .rule = "only elements and materials with a name have a density of their own",
                        .remedy = "give the density in g/cm^3"});
  const double energy_keV = hc_eV_angstrom / angstrom_from_metres(wavelength_m) / 1000;
  const double cm2_per_g = mass_attenuation(listed, energy_keV, reason);
  if (cm2_per_g > 0) return 100 * cm2_per_g * *density;
  throw Error::usage({.what = "no attenuation is known for " + matter.material,
                      .where = field,
                      .value = format_number(energy_keV) + " keV",
                      .rule = reason.empty() ? "it is not in the tables" : reason,
                      .remedy = "give the attenuation"});
}

}  // namespace femtobragg
