// Structure factor amplitudes of an atomic model.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "femtobragg/atoms/atomic_model.h"
#include "femtobragg/model/structure_factors.h"

namespace femtobragg::atoms {

enum class FactorMethod {
  Automatic,  ///< whichever is faster
  Fft,        ///< density on a grid, transformed
  Direct,     ///< sum over atoms and reflections
};

struct FactorSettings {
  double d_min_A = 0;                    ///< > 0
  std::optional<double> wavelength_A{};  ///< for anomalous dispersion; none: Friedel mates are equal
  double k_sol_e_A3 = 0;                 ///< density of the bulk solvent; 0: none
  double b_sol_A2 = 46;                  ///< smoothness of the solvent's edge
  FactorMethod method = FactorMethod::Automatic;
  int enlarge = 1;  ///< > 1: the content of a single cell, sampled that much more finely than the cell's lattice
  double default_amplitude = 0;  ///< beyond the resolution
};

struct CalculatedFactors {
  UnitCell cell;                               ///< the cell that the indices refer to; enlarged on request
  std::string space_group;                     ///< P 1 if enlarged
  StructureFactors factors;                    ///< every index to the resolution, in P1
  FactorMethod method = FactorMethod::Direct;  ///< the method that was used
  std::vector<std::string> notes;
};

/// F(hkl) = sum of occupancy (f0 + f' + i f'') exp(-2 pi^2 h u h) exp(2 pi i h x) over all atoms of the cell, and the
/// solvent's k exp(-B/4d^2) times the transform of its mask. Form factors: International Tables C (1992), table
/// 6.1.1.4; f', f'': Cromer and Liberman. Both methods agree within 1e-5 of the mean amplitude.
/// Absent reflections are exactly zero; F(000) follows the same sum: electrons, plus f' and f''.
/// Throws Error(Usage) for settings that make no sense, Error(Runtime) if the result does not fit into memory.
CalculatedFactors calculate_factors(const AtomicModel& model, const FactorSettings& settings);

}  // namespace femtobragg::atoms
