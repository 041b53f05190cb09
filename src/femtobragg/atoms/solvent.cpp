// Bulk solvent: one density wherever no atom is near. The mask is the gemmi library's.
#include <algorithm>
#include <cmath>
#include <gemmi/fourier.hpp>
#include <gemmi/solmask.hpp>

#include "femtobragg/atoms/gemmi_symmetry.h"
#include "femtobragg/atoms/symmetry_operations.h"
#include "femtobragg/atoms/transforms.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"

namespace femtobragg::atoms {
namespace {

/// The same for all resolutions that solvent shows at, since what a mask's steps do to low angles depends on it:
/// amplitudes of 1orc at 8 to 30 A change by 5 % in the mean from 0.6 to 0.2 A.
constexpr double mask_spacing_A = 0.4;
/// Cells beyond 12.8 million cubic angstrom have a coarser one: masks of more points take minutes.
constexpr double most_mask_points = 2e8;

/// Grids have points where symmetry wants them. Older versions of the library take a bool here, newer ones a rounding
/// mode, whose second one is the same.
template <class Grid, class Rounding>
void set_finer_than(Grid& grid, double spacing_A, void (Grid::*set_size)(double, Rounding)) {
  (grid.*set_size)(spacing_A, static_cast<Rounding>(1));
}

/// All copies of the atoms by the operations.
gemmi::Model atoms_for_mask(const AtomicModel& model, const Operations& operations, const gemmi::UnitCell& cell) {
  gemmi::Model result("1");
  result.chains.emplace_back("A");
  result.chains.back().residues.emplace_back();
  for (const SymmetryOperation& operation : operations)
    for (const Atom& atom : model.atoms) {
      gemmi::Atom sphere;
      const Vec3d at = applied(operation, atom.position);
      sphere.pos = cell.orthogonalize(gemmi::Fractional(at.x, at.y, at.z));
      sphere.element = gemmi::Element(atom.atomic_number);
      result.chains.back().residues.back().atoms.push_back(sphere);
    }
  return result;
}

/// The library's own group, if it has the model's operations.
const gemmi::SpaceGroup* library_group(const SpaceGroup& group) {
  const gemmi::SpaceGroup* found = gemmi::find_spacegroup_by_name(group.symbol);
  return found && same_operations(space_group_of(*found).operations, group.operations) ? found : nullptr;
}

}  // namespace

void add_solvent(const AtomicModel& model, double k_e_A3, double b_A2, Transform& transform) try {
  gemmi::Grid<float> grid;
  grid.unit_cell = gemmi_cell(model.cell);
  // The library copies by the operations that it knows; others are made here, in P 1.
  const gemmi::SpaceGroup* known = library_group(model.space_group);
  grid.spacegroup = known ? known : gemmi::find_spacegroup_by_number(1);
  const double coarse_A = std::cbrt(grid.unit_cell.volume / most_mask_points);
  const double spacing_A = std::min(std::max(mask_spacing_A, coarse_A), transform.d_min_A / 2);
  const double points = grid.unit_cell.volume / std::pow(spacing_A, 3);
  require_memory(points < 1e15 ? std::optional(static_cast<std::uint64_t>(points * 3 * sizeof(float))) : std::nullopt,
                 "the solvent mask", format_number(points) + " points", "use a coarser resolution (sampling.d_min)");
  set_finer_than(grid, spacing_A, &gemmi::Grid<float>::set_size_from_spacing);
  const gemmi::SolventMasker masker(gemmi::AtomicRadiiSet::VanDerWaals);
  masker.put_mask_on_grid(grid,
                          atoms_for_mask(model, known ? Operations(1) : model.space_group.operations, grid.unit_cell));
  const gemmi::FPhiGrid<float> found = gemmi::transform_map_to_f_phi(grid, true);
  const Mat3d metric = reciprocal_metric(model.cell);
  transform.for_each(metric, [&](const Hkl& hkl, double s) {
    const int sign = hkl[2] < 0 ? -1 : 1;
    const auto wrapped = [&](int index, int size) { return index < 0 ? index + size : index; };
    std::complex<double> value =
        found.data[found.index_q(wrapped(sign * hkl[0], grid.nu), wrapped(sign * hkl[1], grid.nv), sign * hkl[2])];
    if (sign < 0) value = std::conj(value);
    transform.values[transform.index(hkl)] += k_e_A3 * std::exp(-0.25 * b_A2 * s) * value;
  });
} catch (const Error&) {
  throw;
} catch (const std::bad_alloc&) {
  throw;
} catch (const std::exception& error) {
  throw Error::usage({.what = "this model cannot have a bulk solvent",
                      .where = "structure_factors.k_sol",
                      .rule = error.what(),
                      .remedy = "remove it: small cells have none"});
}

}  // namespace femtobragg::atoms
