// One table of materials, and the three formulas for what their molecules scatter: Debye's for molecules, a structure
// factor for liquids and glasses, rings for ice.
#include "femtobragg/assemble/materials.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <map>
#include <optional>
#include <string>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/simulate/scattering_factors.h"

namespace femtobragg::assemble {
namespace {

constexpr int hydrogen = 1, helium = 2, carbon = 6, nitrogen = 7, oxygen = 8, silicon = 14, argon = 18;

std::vector<AtomPlace> atom(int atomic_number) { return {{atomic_number}}; }
std::vector<AtomPlace> pair(int atomic_number, double distance_A) {
  return {{atomic_number}, {atomic_number, distance_A}};
}
std::vector<AtomPlace> loose(std::initializer_list<std::pair<int, int>> counts) {
  std::vector<AtomPlace> atoms;
  for (const auto& [atomic_number, count] : counts)
    for (int i = 0; i < count; ++i) atoms.push_back({atomic_number});
  return atoms;
}

/// Bonds of free molecules: K. P. Huber, G. Herzberg, Constants of Diatomic Molecules (1979); water: W. S. Benedict
/// et al., J. Chem. Phys. 24 (1956) 1139, 0.9572 angstrom and 104.52 degrees.
constexpr double nitrogen_bond_A = 1.0977, oxygen_bond_A = 1.2075, water_bond_A = 0.9572, water_angle_deg = 104.52;

std::vector<AtomPlace> water_molecule() {
  const double half = 0.5 * radians_from_degrees(water_angle_deg);
  const double along = water_bond_A * std::cos(half), across = water_bond_A * std::sin(half);
  return {{oxygen}, {hydrogen, along, across}, {hydrogen, along, -across}};
}

constexpr double room_K = 293.15;

std::vector<Material> make_table() {
  const std::string_view by_debye = "molecules by Debye's formula, Compton scattering";
  const std::string_view by_packing = "independent atoms x structure factor, Compton scattering";
  const std::string_view gas_source = "ideal gas at 20 C and 101325 Pa";
  const auto gas = [&](std::string_view name, double g_per_mol, std::vector<AtomPlace> atoms) {
    // n = p / (k T)
    const double mol_per_cm3 = 101325 / (8.314462618 * room_K) * 1e-6;
    return Material{.name = name,
                    .state = State::Gas,
                    .density_g_per_cm3 = g_per_mol * mol_per_cm3,
                    .molar_mass_g_per_mol = g_per_mol,
                    .molecules = {{1, true, std::move(atoms)}},
                    .computed = by_debye,
                    .source = gas_source};
  };
  std::vector<Material> table;
  // Dry air: U.S. Standard Atmosphere 1976, without what is below 0.1 %.
  Material air = gas("air", 28.9644, {});
  air.molecules = {{0.78111, true, pair(nitrogen, nitrogen_bond_A)},
                   {0.20955, true, pair(oxygen, oxygen_bond_A)},
                   {0.00934, true, atom(argon)}};
  air.source = "N2, O2 and Ar of the U.S. Standard Atmosphere 1976, at 20 C and 101325 Pa";
  table.push_back(std::move(air));
  table.push_back(gas("nitrogen", 28.0134, pair(nitrogen, nitrogen_bond_A)));
  table.push_back(gas("oxygen", 31.9988, pair(oxygen, oxygen_bond_A)));
  table.push_back(gas("helium", 4.0026, atom(helium)));
  table.push_back(gas("argon", 39.948, atom(argon)));

  // Peaks: our fit to the curve of G. Hura et al., Phys. Chem. Chem. Phys. 5 (2003) 1981, at 25 C; see also L. B.
  // Skinner et al., J. Chem. Phys. 138 (2013) 074506. Compressibility: G. S. Kell, J. Chem. Eng. Data 20 (1975) 97.
  table.push_back(
      {.name = "water",
       .state = State::Liquid,
       .density_g_per_cm3 = 0.9982,
       .molar_mass_g_per_mol = 18.0153,
       .molecules = {{1, true, water_molecule()}},
       .packing = {room_K,
                   4.589e-10,
                   3.946,
                   {{2.055, 0.292, 0.896}, {2.880, 0.369, 0.915}, {4.654, 0.573, 0.381}, {0.855, 0.238, -0.026}}},
       .computed = "molecules by Debye's formula x structure factor, Compton scattering",
       .source = "our fit to the curve of Hura 2003 (peak at 2.05 1/A), compressibility (Kell 1975)"});
  // Per monomer C22H10N2O5. The ring at 15.5 angstrom is the one that beamlines see; fluctuations froze near the glass
  // transition. Halo: our fit to D. E. Peplow & K. Verghese, Phys. Med. Biol. 43 (1998) 2431.
  table.push_back(
      {.name = "kapton",
       .state = State::Liquid,
       .density_g_per_cm3 = 1.42,
       .molar_mass_g_per_mol = 382.33,
       .molecules = {{1, false, loose({{carbon, 22}, {hydrogen, 10}, {nitrogen, 2}, {oxygen, 5}})}},
       .packing = {633, 3.8e-10, 2.18, {{0.405, 0.04, 0.30}, {1.29, 0.20, 2.27}, {1.76, 0.36, 2.16}}},
       .computed = by_packing,
       .source = "halo: our fit to Peplow & Verghese 1998; ring at 15.5 A of assumed height; DuPont's density"});
  // Per CH2. The halo of chains beside each other, at a spacing 2 pi / q of 4.6 angstrom.
  table.push_back({.name = "paraffin-oil",
                   .state = State::Liquid,
                   .density_g_per_cm3 = 0.86,
                   .molar_mass_g_per_mol = 14.0266,
                   .molecules = {{1, false, loose({{carbon, 1}, {hydrogen, 2}})}},
                   .packing = {room_K, 7e-10, 1.2, {{1.37, 0.17, 1.9}, {3.0, 0.35, 0.25}}},
                   .computed = by_packing,
                   .source = "halo at 1.37 1/A (spacing 4.6 A), our parametrisation"});
  // Per SiO2. A. C. Wright, J. Non-Cryst. Solids 179 (1994) 84: first sharp peak at 1.52 1/angstrom; fluctuations froze
  // at the fictive temperature.
  table.push_back({.name = "glass",
                   .state = State::Liquid,
                   .density_g_per_cm3 = 2.20,
                   .molar_mass_g_per_mol = 60.0843,
                   .molecules = {{1, false, loose({{silicon, 1}, {oxygen, 2}})}},
                   .packing = {1450, 7e-11, 1.4, {{1.52, 0.20, 1.25}, {5.2, 0.5, 0.20}}},
                   .computed = by_packing,
                   .source = "silica: first peak at 1.52 1/A (Wright 1994), our parametrisation"});

  const Material ice{.name = "ice",
                     .state = State::Ice,
                     .density_g_per_cm3 = 0.933,
                     .molar_mass_g_per_mol = 18.0153,
                     .molecules = {{1, true, water_molecule()}},
                     .crystallite_m = 100e-9,
                     .computed = "powder rings of hexagonal ice, diffuse and Compton scattering",
                     .source = "cell of Roettger et al. 1994, oxygen of Goto et al. 1990"};
  table.push_back(ice);
  table.push_back(ice);
  table.back().name = "nano-ice";
  table.back().crystallite_m = 5e-9;
  return table;
}

double coherent_e2(const Molecule& molecule, double stol_per_A) {
  std::map<int, double> f;
  for (const AtomPlace& a : molecule.atoms)
    if (!f.contains(a.atomic_number)) f[a.atomic_number] = form_factor_e(a.atomic_number, stol_per_A);
  double sum = 0;
  for (std::size_t i = 0; i < molecule.atoms.size(); ++i) {
    const AtomPlace& a = molecule.atoms[i];
    sum += f[a.atomic_number] * f[a.atomic_number];
    for (std::size_t j = 0; molecule.bonded && j < i; ++j) {
      const AtomPlace& b = molecule.atoms[j];
      const double qr = 4 * pi * stol_per_A * std::hypot(a.x - b.x, a.y - b.y, a.z - b.z);
      sum += 2 * f[a.atomic_number] * f[b.atomic_number] * (qr > 1e-4 ? std::sin(qr) / qr : 1 - qr * qr / 6);
    }
  }
  return sum;
}

double molecules_e2(const Material& m, double stol_per_A) {
  double sum = 0;
  for (const Molecule& molecule : m.molecules) sum += molecule.fraction * coherent_e2(molecule, stol_per_A);
  return sum;
}

/// What fluctuations of the density scatter straight ahead, over what independent molecules would.
double forward_structure_factor(const Material& m) {
  constexpr double boltzmann_J_per_K = 1.380649e-23;
  const double per_m3 = 1e6 * m.density_g_per_cm3 * avogadro_per_mol / m.molar_mass_g_per_mol;
  double electrons = 0;
  for (const Molecule& molecule : m.molecules)
    for (const AtomPlace& a : molecule.atoms) electrons += molecule.fraction * a.atomic_number;
  const double fluctuations = per_m3 * boltzmann_J_per_K * m.packing.temperature_K * m.packing.compressibility_per_Pa;
  return electrons * electrons * fluctuations / molecules_e2(m, 0);
}

double structure_factor(const Material& m, double forward, double stol_per_A) {
  const double q = 4 * pi * stol_per_A, core = q / m.packing.core_per_A;
  double sum = 1 - (1 - forward) * std::exp(-core * core);
  for (const StructurePeak& peak : m.packing.peaks) {
    const double off = (q - peak.centre_per_A) / peak.width_per_A;
    sum += peak.height * std::exp(-0.5 * off * off);
  }
  return sum;
}

/// Hexagonal ice near 115 K: K. Roettger et al., Acta Cryst. B50 (1994) 644; the place of the oxygen, at 243 K:
/// A. Goto, T. Hondoh, S. Mae, J. Chem. Phys. 93 (1990) 1412. Molecules point anywhere. Their B factor: Debye's formula
/// at 100 K with 224 K (A. Zajac, J. Chem. Phys. 29 (1958) 324).
constexpr double ice_a_A = 4.4975, ice_c_A = 7.3224, ice_oxygen_z = 0.0623, ice_b_A2 = 1.44;
constexpr int molecules_of_cell = 4;

/// In P6_3/mmc at 4f.
constexpr std::array<std::array<double, 3>, molecules_of_cell> ice_places = {{{1.0 / 3, 2.0 / 3, ice_oxygen_z},
                                                                              {2.0 / 3, 1.0 / 3, 0.5 + ice_oxygen_z},
                                                                              {2.0 / 3, 1.0 / 3, -ice_oxygen_z},
                                                                              {1.0 / 3, 2.0 / 3, 0.5 - ice_oxygen_z}}};

/// A molecule that points anywhere, at rest.
double mean_amplitude_e(double stol_per_A) {
  const double qr = 4 * pi * stol_per_A * water_bond_A;
  return form_factor_e(oxygen, stol_per_A) +
         2 * form_factor_e(hydrogen, stol_per_A) * (qr > 1e-4 ? std::sin(qr) / qr : 1);
}

/// What is left of an amplitude as atoms vibrate.
double debye_waller(double stol_per_A) { return std::exp(-ice_b_A2 * stol_per_A * stol_per_A); }

/// The squared amplitude of a molecule of ice.
double ice_molecule2_e2(double stol_per_A) {
  const double f = mean_amplitude_e(stol_per_A) * debye_waller(stol_per_A);
  return f * f;
}

/// Widths by Scherrer: 0.9 / size, at half height.
double ring_sigma_per_A(double crystallite_m) {
  return 0.9 / angstrom_from_metres(crystallite_m) / std::sqrt(8 * std::log(2.0));
}

/// Of the oxygens of a cell, over that of a molecule at rest.
double ice_cell_factor2(int h, int k, int l) {
  std::complex<double> sum = 0;
  for (const auto& [x, y, z] : ice_places) sum += std::polar(1.0, 2 * pi * (h * x + k * y + l * z));
  return std::norm(sum);
}

/// Calls f(h, k, l, 1/d^2) for all reflections of ice up to 1/d.
template <class F>
void for_each_ice_reflection(double most_per_A, F&& f) {
  const auto h_most = static_cast<int>(most_per_A * ice_a_A) + 1, l_most = static_cast<int>(most_per_A * ice_c_A) + 1;
  for (int h = -h_most; h <= h_most; ++h)
    for (int k = -h_most; k <= h_most; ++k)
      for (int l = -l_most; l <= l_most; ++l) {
        const double g2 = 4.0 / 3 * (h * h + h * k + k * k) / (ice_a_A * ice_a_A) + l * l / (ice_c_A * ice_c_A);
        if (g2 > 0 && g2 <= most_per_A * most_per_A) f(h, k, l, g2);
      }
}

/// A Gaussian in 1/d for each ring. A powder of cells of volume V has, for each cell, the sum over reflections g of
/// |F|^2 / (4 pi g^2 V) delta(1/d - g).
class IceRings {
 public:
  IceRings(double most_stol_per_A, double crystallite_m)
      : sigma_(ring_sigma_per_A(crystallite_m)), rings_(ice_rings(1 / (2 * most_stol_per_A + reach * sigma_))) {}

  double at(double stol_per_A) const {
    const double g = 2 * stol_per_A;
    // Rings fall in d: those from g - reach to g + reach.
    auto ring = std::ranges::lower_bound(rings_, g - reach * sigma_, {}, [](const PowderRing& r) { return 1 / r.d_A; });
    double sum = 0;
    for (; ring != rings_.end() && 1 / ring->d_A <= g + reach * sigma_; ++ring) {
      const double off = (g - 1 / ring->d_A) / sigma_;
      sum += ring->multiplicity * ring->amplitude2_e2 * ring->d_A * ring->d_A * std::exp(-0.5 * off * off);
    }
    return sum / (std::sqrt(2 * pi) * sigma_ * 4 * pi * ice_cell_volume_A3() * molecules_of_cell);
  }

 private:
  static constexpr double reach = 8;  ///< sigma beyond which a Gaussian is nothing
  double sigma_;
  std::vector<PowderRing> rings_;
};

/// Compton photons keep k' / k = 1 / (1 + 2 sin(theta)^2 (h / m c) / lambda) of their energy, and there are (k' / k)^2
/// as many of them as the incoherent scattering function says (O. Klein, Y. Nishina, Z. Phys. 52 (1929) 853, without
/// what is of second order in the loss).
double compton_share(double stol_per_A, double wavelength_A) {
  constexpr double compton_wavelength_A = 0.02426310239;
  const double kept = 1 / (1 + 2 * compton_wavelength_A * wavelength_A * stol_per_A * stol_per_A);
  return kept * kept;
}

}  // namespace

std::span<const Material> materials() {
  static const std::vector<Material> table = make_table();
  return table;
}

const Material* find_material(std::string_view name) {
  const auto found = std::ranges::find(materials(), name, &Material::name);
  return found == materials().end() ? nullptr : &*found;
}

std::string material_names() {
  std::string names;
  for (const Material& m : materials()) names += (names.empty() ? "" : ", ") + std::string(m.name);
  return names;
}

double ice_cell_volume_A3() { return std::sqrt(0.75) * ice_a_A * ice_a_A * ice_c_A; }

std::vector<PowderRing> ice_rings(double d_min_A) {
  // Reflections of one ring: the same h^2 + hk + k^2 and |l|, of which 1/d^2 is a sum.
  std::map<std::pair<int, int>, PowderRing> rings;
  for_each_ice_reflection(1 / d_min_A, [&](int h, int k, int l, double g2) {
    PowderRing& ring = rings[{h * h + h * k + k * k, std::abs(l)}];
    ring.d_A = 1 / std::sqrt(g2);
    ring.amplitude2_e2 += ice_cell_factor2(h, k, l);
    ++ring.multiplicity;
  });
  std::vector<PowderRing> list;
  for (auto& [indices, ring] : rings) {
    ring.amplitude2_e2 *= ice_molecule2_e2(0.5 / ring.d_A) / ring.multiplicity;
    if (ring.amplitude2_e2 > 1e-9) list.push_back(ring);
  }
  std::ranges::sort(list, std::ranges::greater(), &PowderRing::d_A);
  return list;
}

double elastic_e2(const Material& m, double stol_per_A) {
  const double alone = molecules_e2(m, stol_per_A);
  if (m.state == State::Liquid) return alone * structure_factor(m, forward_structure_factor(m), stol_per_A);
  // Of ice: what vibrations take from the rings.
  if (m.state == State::Ice) return alone * (1 - std::pow(debye_waller(stol_per_A), 2));
  return alone;
}

double compton_e2(const Material& m, double stol_per_A) {
  double sum = 0;
  for (const Molecule& molecule : m.molecules)
    for (const AtomPlace& a : molecule.atoms) sum += molecule.fraction * incoherent_e2(a.atomic_number, stol_per_A);
  return sum;
}

namespace {

void tabulate(const Material& material, const TableRange& range, double crystallite_m, bool with_rings,
              Background& background) {
  const bool ice = with_rings && material.state == State::Ice;
  // A sixteenth of a ring's width at half height; peaks of liquids are wider than ten of the largest steps.
  constexpr double largest_step = 3e-4;
  const double step = ice ? std::min(largest_step, 0.5 * 0.9 / angstrom_from_metres(crystallite_m) / 16) : largest_step;
  const auto count = static_cast<std::size_t>(std::ceil(range.most_stol_per_A / step)) + 1;
  std::optional<IceRings> rings;
  if (ice) rings.emplace(range.most_stol_per_A, crystallite_m);
  const auto smooth = [&](double stol) {
    return elastic_e2(material, stol) + compton_e2(material, stol) * compton_share(stol, range.wavelength_A);
  };
  std::vector<double> values(count + 2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double stol = step * static_cast<double>(i);
    values[i] = smooth(stol) + (rings ? rings->at(stol) : 0);
  }
  // The intensity is even; five points give the slope.
  const auto at = [&](std::ptrdiff_t i) { return values[static_cast<std::size_t>(std::abs(i))]; };
  const double step_per_m = step * 1e10;
  const auto slope = [&](std::size_t point) {
    const auto i = static_cast<std::ptrdiff_t>(point);
    return (8 * (at(i + 1) - at(i - 1)) - (at(i + 2) - at(i - 2))) / (12 * step_per_m);
  };
  background.stol_per_m.clear(), background.intensity_e2.clear(), background.slope_e2_m.clear();
  for (std::size_t i = 0; i < count; ++i) {
    background.stol_per_m.push_back(step_per_m * static_cast<double>(i));
    background.intensity_e2.push_back(values[i]);
    if (i + 1 == count) break;
    background.slope_e2_m.push_back(slope(i));
    background.slope_e2_m.push_back(slope(i + 1));
  }
}

}  // namespace

void tabulate(const Material& material, const TableRange& range, double crystallite_m, Background& background) {
  tabulate(material, range, crystallite_m, true, background);
}

void tabulate_crystallites(const Material& material, const TableRange& range, double crystallite_m,
                           Background& background) {
  tabulate(material, range, crystallite_m, false, background);
  Crystallites& crystallites = background.crystallites;
  crystallites.sigma_per_m = ring_sigma_per_A(crystallite_m) * 1e10;
  crystallites.reflections.clear();
  // a* and b* are at 60 degrees.
  const double a_star = 2 / (std::sqrt(3.0) * ice_a_A);
  for_each_ice_reflection(2 * range.most_stol_per_A, [&](int h, int k, int l, double g2) {
    const double amplitude2_e2 = ice_cell_factor2(h, k, l) * ice_molecule2_e2(0.5 * std::sqrt(g2));
    if (!(amplitude2_e2 > 1e-9)) return;
    const Vec3d g_per_A{a_star * (h + 0.5 * k), a_star * std::sqrt(0.75) * k, l / ice_c_A};
    crystallites.reflections.push_back(
        {1e10 * g_per_A, 1e10 * amplitude2_e2 / (g2 * 4 * pi * ice_cell_volume_A3() * molecules_of_cell)});
  });
}

}  // namespace femtobragg::assemble
