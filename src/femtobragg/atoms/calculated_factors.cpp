// The transform of the asymmetric unit, made one of the cell by symmetry.
#include "femtobragg/atoms/calculated_factors.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/atoms/transforms.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"

namespace femtobragg::atoms {
namespace {

/// Up to here sums take less than a second.
constexpr double most_direct_terms = 2e7;

void require_sense(const FactorSettings& s) {
  const auto refuse = [](const char* what, double value, const char* rule) {
    throw Error::usage({.what = what, .value = format_number(value), .rule = rule, .remedy = "correct it"});
  };
  if (!(s.d_min_A > 0.05) || !std::isfinite(s.d_min_A))
    refuse("impossible resolution of structure factors", s.d_min_A, "it must be above 0.05 A");
  if (s.wavelength_A && !(*s.wavelength_A > 0.05 && *s.wavelength_A < 20))
    refuse("no anomalous dispersion is known at this wavelength (A)", *s.wavelength_A, "it must be from 0.05 to 20 A");
  if (!(s.k_sol_e_A3 >= 0) || !std::isfinite(s.k_sol_e_A3))
    refuse("impossible solvent density", s.k_sol_e_A3, "it must not be negative");
  if (!std::isfinite(s.b_sol_A2) || s.b_sol_A2 < 0)
    refuse("impossible B of the solvent", s.b_sol_A2, "it must not be negative");
  if (s.enlarge < 1 || s.enlarge > 100)
    refuse("the cell cannot be enlarged by this factor", s.enlarge, "it must be from 1 to 100");
  if (s.enlarge > 1 && s.k_sol_e_A3 > 0)
    refuse("solvent around a single cell", s.k_sol_e_A3, "bulk solvent fills crystals only");
}

HklBox box_to(const UnitCell& cell, double d_min_A) {
  HklBox box;
  const double edges[] = {cell.a_A, cell.b_A, cell.c_A};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (!(edges[axis] / d_min_A < 1e6))
      throw Error::runtime(
          {.what = "too many structure factors",
           .value = format_number(edges[axis]) + " A along an axis, to " + format_number(d_min_A) + " A",
           .remedy = "use a coarser resolution (sampling.d_min)"});
    box.max[axis] = static_cast<std::int64_t>(std::floor(edges[axis] / d_min_A * (1 + 1e-9)));
    box.min[axis] = -box.max[axis];
  }
  return box;
}

/// All atoms of a cell, each symmetry copy moved as a whole so that its middle lies inside.
AtomicModel single_cell(const AtomicModel& model, int enlarge) {
  AtomicModel result;
  result.cell = model.cell;
  for (double* edge : {&result.cell.a_A, &result.cell.b_A, &result.cell.c_A}) *edge *= enlarge;
  for (const SymmetryOperation& operation : model.space_group.operations) {
    const auto row = [&](std::size_t i) {
      const auto& r = operation.rotation[i];
      return Vec3d{double(r[0]), double(r[1]), double(r[2])};
    };
    const Mat3d turn{row(0), row(1), row(2)};
    const auto& t = operation.translation;
    const Vec3d shift = Vec3d{double(t[0]), double(t[1]), double(t[2])} / double(SymmetryOperation::parts);
    Vec3d middle;
    for (const Atom& atom : model.atoms) middle = middle + (turn * atom.position + shift);
    middle = middle / static_cast<double>(model.atoms.size());
    const Vec3d home{std::floor(middle.x), std::floor(middle.y), std::floor(middle.z)};
    for (Atom atom : model.atoms) {
      atom.position = (turn * atom.position + shift - home) / double(enlarge);
      if (atom.u) {
        const Mat3d u = turn * *atom.u * transpose(turn);
        const double scale = 1.0 / (double(enlarge) * enlarge);
        atom.u = Mat3d{scale * u.row_x, scale * u.row_y, scale * u.row_z};
      }
      result.atoms.push_back(std::move(atom));
    }
  }
  return result;
}

/// |sum over operations|: F(h) = sum of exp(2 pi i h t) G(h R), G being the transform of the asymmetric unit.
void expand(const Transform& unit, const std::vector<std::complex<double>>& solvent, const SpaceGroup& group,
            const Mat3d& metric, StructureFactors& factors) {
  std::array<std::complex<double>, SymmetryOperation::parts> turns;
  for (std::size_t i = 0; i < turns.size(); ++i)
    turns[i] = std::polar(1.0, 2 * pi * static_cast<double>(i) / SymmetryOperation::parts);
  unit.for_each(metric, [&](const Hkl& hkl, double) {
    const std::size_t at = unit.index(hkl);
    if (group.absent(hkl)) {
      factors.values[at] = 0;
      return;
    }
    std::complex<double> sum = solvent.empty() ? 0 : solvent[at];
    for (const SymmetryOperation& operation : group.operations) {
      const Hkl turned = operation.turned(hkl);
      // Angles that do not quite fit the symmetry may put the furthest indices outside the box.
      if (!unit.box.contains(turned[0], turned[1], turned[2])) continue;
      sum += turns[static_cast<std::size_t>(operation.phase(hkl))] * unit.values[unit.index(turned)];
    }
    factors.values[at] = std::abs(sum);
  });
}

}  // namespace

Transform::Transform(const HklBox& indices, double d_min, const std::string& where) : box(indices), d_min_A(d_min) {
  const auto count = checked_product({box.extent(0), box.extent(1), box.extent(2)});
  // The values, amplitudes of the same box, and about as much for what is on the way.
  require_memory(count ? checked_product({*count, 4 * sizeof(double)}) : std::nullopt,
                 "the structure factors of " + where, box.describe(), "use a coarser resolution (sampling.d_min)");
  values.resize(static_cast<std::size_t>(*count));
}

std::size_t Transform::index(const Hkl& hkl) const {
  const auto offset = [&](std::size_t axis) { return static_cast<std::size_t>(hkl[axis] - box.min[axis]); };
  return (offset(0) * static_cast<std::size_t>(box.extent(1)) + offset(1)) * static_cast<std::size_t>(box.extent(2)) +
         offset(2);
}

CalculatedFactors calculate_factors(const AtomicModel& given, const FactorSettings& settings) {
  require_sense(settings);
  const AtomicModel model = settings.enlarge > 1 ? single_cell(given, settings.enlarge) : given;
  const Scatterers scatterers = scatterers_of(model, settings.wavelength_A);
  const HklBox box = box_to(model.cell, settings.d_min_A);
  CalculatedFactors result{model.cell,
                           model.space_group.symbol,
                           StructureFactors::table(box, settings.default_amplitude, "the model"),
                           settings.method,
                           {}};
  Transform unit(box, settings.d_min_A, "the model");
  if (settings.method == FactorMethod::Automatic)
    result.method = direct_terms(scatterers, unit) <= most_direct_terms ? FactorMethod::Direct : FactorMethod::Fft;
  if (result.method == FactorMethod::Direct)
    add_direct(scatterers, unit);
  else
    add_by_density(scatterers, model.cell, unit);
  std::vector<std::complex<double>> solvent;
  if (settings.k_sol_e_A3 > 0) {
    Transform mask(box, settings.d_min_A, "the solvent");
    add_solvent(model, settings.k_sol_e_A3, settings.b_sol_A2, mask);
    solvent = std::move(mask.values);
  }
  expand(unit, solvent, model.space_group, scatterers.metric, result.factors);
  return result;
}

}  // namespace femtobragg::atoms
