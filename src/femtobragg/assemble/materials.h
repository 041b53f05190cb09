// Materials in and around the beam: what one of their molecules scatters, by the angle.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/model/background.h"

#pragma GCC visibility push(default)
namespace femtobragg::assemble {

/// A place in a molecule, angstrom.
struct AtomPlace {
  int atomic_number;
  double x = 0, y = 0, z = 0;
};

/// A part of a material. `bonded`: its atoms are that far from each other and scatter together; otherwise they are only
/// counted.
struct Molecule {
  double fraction;  ///< of all molecules
  bool bonded;
  std::vector<AtomPlace> atoms;
};

/// A peak of the structure factor: height exp(-(q - centre)^2 / (2 width^2)), q = 4 pi sin(theta) / lambda in
/// 1/angstrom.
struct StructurePeak {
  double centre_per_A, width_per_A, height;
};

/// How the molecules of a condensed material lie: S(q) = 1 - (1 - S(0)) exp(-(q / core)^2) + the peaks. S(0) is that of
/// the density's fluctuations, n k T compressibility (J. P. Hansen, I. R. McDonald, Theory of Simple Liquids), at the
/// temperature at which they froze.
struct Packing {
  double temperature_K, compressibility_per_Pa, core_per_A;
  std::vector<StructurePeak> peaks;
};

enum class State { Gas, Liquid, Ice };

struct Material {
  std::string_view name;
  State state;
  double density_g_per_cm3, molar_mass_g_per_mol;
  std::vector<Molecule> molecules;
  Packing packing{};          ///< of liquids and glasses
  double crystallite_m = 0;   ///< of ice, unless another size is given
  std::string_view computed;  ///< for lists: what is computed
  std::string_view source;    ///< of the numbers
};

std::span<const Material> materials();
/// Null: there is none of that name.
const Material* find_material(std::string_view name);
/// "air, nitrogen ..."
std::string material_names();

/// What a table is for.
struct TableRange {
  double most_stol_per_A;  ///< its end
  double wavelength_A;     ///< by which Compton photons lose energy
};

/// Points, intensities and slopes of one molecule, with Compton scattering. `crystallite_m`: of ice. Throws
/// Error(Usage) beyond the tables of form factors.
void tabulate(const Material& material, const TableRange& range, double crystallite_m, Background& background);

/// The same of ice without its rings, and the reflections that make them, for a number of crystallites that point
/// anywhere.
void tabulate_crystallites(const Material& material, const TableRange& range, double crystallite_m,
                           Background& background);

/// What one molecule scatters, electrons^2: elastically, in the packing of the material, but without rings; and by
/// Compton's effect.
double elastic_e2(const Material& material, double stol_per_A);
double compton_e2(const Material& material, double stol_per_A);

/// A ring of ice: all reflections of one d, of both signs.
struct PowderRing {
  double d_A;
  int multiplicity;
  double amplitude2_e2;  ///< of a unit cell, mean square
};
/// Those with d above a limit, the largest first.
std::vector<PowderRing> ice_rings(double d_min_A);
double ice_cell_volume_A3();

}  // namespace femtobragg::assemble
#pragma GCC visibility pop
