// What atoms scatter. T. Schoonjans et al., Spectrochim. Acta B 66 (2011) 776 (xraylib): form factors of EPDL97 (D. E.
// Cullen, J. H. Hubbell, L. Kissel, UCRL-50400 vol. 6 rev. 5, 1997), incoherent scattering functions of J. H. Hubbell
// et al., J. Phys. Chem. Ref. Data 4 (1975) 471.
#pragma once

#pragma GCC visibility push(default)
namespace femtobragg {

/// Form factor, electrons, of an isolated atom at sin(theta) / lambda (1/angstrom), without anomalous scattering.
/// Throws Error(Usage) for elements and angles beyond the tables.
double form_factor_e(int atomic_number, double stol_per_A);

/// Incoherent scattering function, electrons^2: Compton scattering over Thomson's, from 0 in the beam to the atomic
/// number. Throws Error(Usage) likewise.
double incoherent_e2(int atomic_number, double stol_per_A);

}  // namespace femtobragg
#pragma GCC visibility pop
