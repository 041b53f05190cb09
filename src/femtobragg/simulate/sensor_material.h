// Absorption of X-rays by sensor materials. T. Schoonjans et al., Spectrochim. Acta B 66 (2011) 776 (xraylib).
#pragma once

#include <string>

#pragma GCC visibility push(default)
namespace femtobragg {

/// Attenuation, 1/m, of a chemical element ("Si") or a compound used in detectors ("CdTe", "GaAs", "CsI", "Gd2O2S"), or
/// any compound by its name in the NIST list ("Cadmium Telluride"). Only photoelectric absorption is included: a photon
/// that is scattered elastically deposits nothing in the sensor, and a Compton electron too little to be counted as
/// one. Throws Error(Usage) for unknown materials, and for photon energies outside the tables.
double photoelectric_attenuation_per_m(const std::string& material, double wavelength_m);

/// Density, g/cm^3, as used above. Throws Error(Usage).
double density_g_per_cm3(const std::string& material);

}  // namespace femtobragg
#pragma GCC visibility pop
