// The number of photons that fills a pixel, from limits that CrystFEL geometry files state in ADU.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace femtobragg::formats {

struct GeomLimits {
  std::optional<double> max_adu, adu_per_photon, adu_per_eV;
};

/// Nothing: not stated, or a note gives the reason. Notes name what is not used and what images must hold.
std::optional<double> saturation_of(const GeomLimits& limits, std::optional<double> wavelength_m,
                                    std::vector<std::string>& notes);

}  // namespace femtobragg::formats
