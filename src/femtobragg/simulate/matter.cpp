// Names and densities; total cross sections of the tables.
#include "femtobragg/simulate/matter.h"

#include <algorithm>
#include <array>

#include "femtobragg/base/error.h"
#include "femtobragg/base/near_words.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/simulate/compounds.h"

namespace femtobragg {
namespace {

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

}  // namespace

double attenuation_of(const Matter& matter, double wavelength_m, const std::string& field) {
  if (matter.attenuation_per_m) return *matter.attenuation_per_m;
  if (matter.material == "vacuum") return 0;
  const NamedMaterial* const row = named_material(matter.material);
  const std::string listed = row ? row->listed : matter.material;
  // Every formula has a cross section at an energy where all elements do.
  constexpr double usual_keV = 12;
  if (mass_attenuation(listed, usual_keV, CrossSection::Total).cm2_per_g == 0) refuse_unknown(matter.material, field);
  const std::optional<double> density = matter.density_g_per_cm3            ? matter.density_g_per_cm3
                                        : row && row->density_g_per_cm3 > 0 ? std::optional(row->density_g_per_cm3)
                                                                            : listed_density_g_per_cm3(listed);
  if (!density)
    throw Error::usage({.what = "a formula without a density",
                        .where = field,
                        .value = in_quotes(matter.material),
                        .rule = "only elements and materials with a name have a density of their own",
                        .remedy = "give the density in g/cm^3"});
  const double energy_keV = hc_eV_angstrom / angstrom_from_metres(wavelength_m) / 1000;
  const auto [cm2_per_g, reason] = mass_attenuation(listed, energy_keV, CrossSection::Total);
  if (cm2_per_g > 0) return 100 * cm2_per_g * *density;
  throw Error::usage({.what = "no attenuation is known for " + matter.material,
                      .where = field,
                      .value = format_number(energy_keV) + " keV",
                      .rule = reason.empty() ? "it is not in the tables" : reason,
                      .remedy = "give the attenuation"});
}

}  // namespace femtobragg
