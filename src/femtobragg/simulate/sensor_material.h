// How strongly sensor materials absorb X-rays. T. Schoonjans et al., Spectrochim. Acta B 66 (2011) 776 (xraylib).
#pragma once

#include <string>

namespace femtobragg {

/// 1/m, of a chemical element ("Si") or a compound that detectors are made of ("CdTe", "GaAs", "CsI", "Gd2O2S"), or any
/// compound by its name in the NIST list ("Cadmium Telluride"). Only photoelectric absorption: a photon that is
/// scattered elastically leaves nothing in the sensor, and a Compton electron too little to be counted as one.
/// Throws Error(Usage) for materials that are not known, and for photon energies outside the tables.
double photoelectric_attenuation_per_m(const std::string& material, double wavelength_m);

/// g/cm^3, as used above. Throws Error(Usage).
double density_g_per_cm3(const std::string& material);

}  // namespace femtobragg
