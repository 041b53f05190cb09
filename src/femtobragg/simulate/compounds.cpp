// The bridge to xraylib's tables of attenuation.
#include "femtobragg/simulate/compounds.h"

#include <xraylib/xraylib.h>

#include <cmath>
#include <memory>

#include "femtobragg/base/late_library.h"
#include "late_files.h"

namespace femtobragg {
namespace compound_tables {

constexpr LateLibrary xraylib{"xraylib", FEMTOBRAGG_XRAYLIB};
FEMTOBRAGG_LATE(xraylib, CS_Photo)
FEMTOBRAGG_LATE(xraylib, CS_Photo_CP)
FEMTOBRAGG_LATE(xraylib, CS_Total)
FEMTOBRAGG_LATE(xraylib, CS_Total_CP)
FEMTOBRAGG_LATE(xraylib, ElementDensity)
FEMTOBRAGG_LATE(xraylib, FreeCompoundDataNIST)
FEMTOBRAGG_LATE(xraylib, GetCompoundDataNISTByName)
FEMTOBRAGG_LATE(xraylib, SymbolToAtomicNumber)
FEMTOBRAGG_LATE(xraylib, xrl_clear_error)

using Compound = std::unique_ptr<compoundDataNIST, void (*)(compoundDataNIST*)>;

Compound listed_compound(const std::string& name) {
  return {GetCompoundDataNISTByName(name.c_str(), nullptr), FreeCompoundDataNIST};
}

/// A call that may fail, with its reason.
template <class Call>
MassAttenuation called(Call&& call) {
  xrl_error* problem = nullptr;
  const double cm2_per_g = call(&problem);
  MassAttenuation result{0, problem ? problem->message : ""};
  xrl_clear_error(&problem);
  if (cm2_per_g > 0 && std::isfinite(cm2_per_g)) result.cm2_per_g = cm2_per_g;
  return result;
}

}  // namespace compound_tables

std::optional<double> listed_density_g_per_cm3(const std::string& material) {
  namespace tables = compound_tables;
  if (const int element = tables::SymbolToAtomicNumber(material.c_str(), nullptr); element > 0)
    if (const double density = tables::ElementDensity(element, nullptr); density > 0) return density;
  const tables::Compound compound = tables::listed_compound(material);
  return compound ? std::optional(compound->density) : std::nullopt;
}

MassAttenuation mass_attenuation(const std::string& material, double energy_keV, CrossSection kind) {
  namespace tables = compound_tables;
  const bool total = kind == CrossSection::Total;
  const tables::Compound compound = tables::listed_compound(material);
  // xraylib would do the same, but first take the name for a formula, and lose some memory each time.
  if (!compound)
    return tables::called([&](xrl_error** problem) {
      return (total ? tables::CS_Total_CP : tables::CS_Photo_CP)(material.c_str(), energy_keV, problem);
    });
  MassAttenuation sum;
  for (int i = 0; i < compound->nElements; ++i) {
    const MassAttenuation one = tables::called([&](xrl_error** problem) {
      return (total ? tables::CS_Total : tables::CS_Photo)(compound->Elements[i], energy_keV, problem);
    });
    if (one.cm2_per_g == 0) return one;
    sum.cm2_per_g += compound->massFractions[i] * one.cm2_per_g;
  }
  return sum;
}

}  // namespace femtobragg
