// Attenuation of X-rays by matter in their way. T. Schoonjans et al., Spectrochim. Acta B 66 (2011) 776 (xraylib).
#pragma once

#include <optional>
#include <string>

#include "femtobragg/model/attenuation.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// Linear coefficient, 1/m, of all processes that take a photon out of its way: photoelectric absorption, Compton and
/// Rayleigh scattering, as sums over atoms. A given coefficient counts as it is. Else the material is an element
/// ("Be"), a formula ("SiO2") with a density, a name of the NIST list ("Aluminum Oxide"), or one of air, helium,
/// nitrogen, argon, vacuum, water, ice, kapton, mylar, glass, quartz, diamond, polyethylene. Gases are at 20 C and
/// 101.3 kPa. `field`: for messages. Throws Error(Usage) for unknown materials, formulas without density, and energies
/// outside the tables.
double attenuation_of(const Matter& matter, double wavelength_m, const std::string& field);

}  // namespace femtobragg
#pragma GCC visibility pop
