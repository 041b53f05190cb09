// From ADU to photons.
#include "femtobragg/formats/geometry/geom_limits.h"

#include <cmath>

#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"

namespace femtobragg::formats {

std::optional<double> saturation_of(const GeomLimits& limits, std::optional<double> wavelength_m,
                                    std::vector<std::string>& notes) {
  const auto& [most, per_photon, per_eV] = limits;
  if (!most) {
    if ((per_photon && *per_photon != 1) || per_eV)
      notes.push_back("adu_per_photon and adu_per_eV are not used: pixels are in photons");
    return {};
  }
  std::optional<double> adu = per_photon;
  if (!adu && per_eV && wavelength_m) adu = *per_eV * hc_eV_angstrom / angstrom_from_metres(*wavelength_m);
  if (per_photon && per_eV) notes.push_back("adu_per_photon and adu_per_eV are both given: adu_per_photon is used");
  if (!adu || !(*adu > 0) || !(*most > 0)) {
    notes.push_back("max_adu is not used: it cannot be converted to photons");
    return {};
  }
  const double photons = *most / *adu;
  if (std::abs(*adu - 1) > 1e-6)
    notes.push_back("max_adu is read as " + format_number(photons) + " photons: images must be in photons, not ADU");
  return photons;
}

}  // namespace femtobragg::formats
