// Form factors and anomalous dispersion, from the tables of the gemmi library.
#include <algorithm>
#include <cmath>
#include <gemmi/fprime.hpp>
#include <gemmi/it92.hpp>
#include <map>
#include <tuple>

#include "femtobragg/atoms/transforms.h"
#include "femtobragg/base/counts.h"
#include "femtobragg/base/units.h"

namespace femtobragg::atoms {
namespace {

/// Newer versions of the library have rows for ions.
template <class Table>
const auto& coefficients(gemmi::El element, int charge) {
  if constexpr (requires { Table::get(element, static_cast<signed char>(charge)); })
    return Table::get(element, static_cast<signed char>(charge));
  else
    return Table::get(element);
}

FormFactor form_factor(int atomic_number, int charge, const std::optional<double>& wavelength_A) {
  const auto& row = coefficients<gemmi::IT92<double>>(static_cast<gemmi::El>(atomic_number), charge);
  FormFactor f;
  for (int i = 0; i < 4; ++i) f.gaussians[static_cast<std::size_t>(i)] = {row.a(i), row.b(i)};
  f.gaussians[4] = {row.c(), 0};
  // The tables of dispersion begin with lithium and end with uranium.
  if (!wavelength_A || atomic_number < 3 || atomic_number > 92) return f;
  const double prime = gemmi::cromer_liberman(atomic_number, angstrom_from_eV(1) / *wavelength_A, &f.f_double_prime);
  f.gaussians[4].weight += prime;
  return f;
}

}  // namespace

void warn_of_charges(AtomicModel& model) {
  std::size_t ions = 0;
  std::string first;
  for (const Atom& atom : model.atoms) {
    const auto element = static_cast<gemmi::El>(atom.atomic_number);
    if (atom.charge == 0 ||
        &coefficients<gemmi::IT92<double>>(element, atom.charge) != &coefficients<gemmi::IT92<double>>(element, 0))
      continue;
    if (ions++ == 0) first = atom.label + " " + std::to_string(std::abs(atom.charge)) + (atom.charge > 0 ? "+" : "-");
  }
  if (ions > 0)
    model.warnings.push_back("the charges of " + counted(ions, "atom") +
                             " are not used, because the table of form factors has no such ions: " + first);
}

double FormFactor::real_part(double inverse_d_squared) const {
  double sum = 0;
  for (const Gaussian& g : gaussians) sum += g.weight * std::exp(-0.25 * g.b_A2 * inverse_d_squared);
  return sum;
}

Scatterers scatterers_of(const AtomicModel& model, const std::optional<double>& wavelength_A) {
  Scatterers s;
  s.metric = reciprocal_metric(model.cell);
  std::map<std::pair<int, int>, std::size_t> known;
  for (const Atom& atom : model.atoms) {
    if (atom.occupancy == 0) continue;
    const auto [row, is_new] = known.try_emplace({atom.atomic_number, atom.charge}, s.form_factors.size());
    if (is_new) s.form_factors.push_back(form_factor(atom.atomic_number, atom.charge, wavelength_A));
    const double u = atom.b_A2 / (8 * pi * pi);
    const Mat3d isotropic{u * s.metric.row_x, u * s.metric.row_y, u * s.metric.row_z};
    s.list.push_back({atom.position, atom.occupancy, atom.u.value_or(isotropic), row->second});
  }
  s.anomalous = std::ranges::any_of(s.form_factors, [](const FormFactor& f) { return f.f_double_prime != 0; });
  return s;
}

}  // namespace femtobragg::atoms
