// What no crystal can have is refused; what is doubtful is warned of with its numbers.
#include "femtobragg/atoms/model_checks.h"

#include <algorithm>
#include <cmath>
#include <gemmi/elem.hpp>

#include "femtobragg/atoms/atom_types.h"
#include "femtobragg/atoms/refuse.h"
#include "femtobragg/atoms/symmetry_operations.h"
#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"

namespace femtobragg::atoms {
namespace {

/// Mean squares of displacements that a model may have, A^2. Refined tensors dip a little below zero; 100 is a B of
/// 7900, of which nothing is left in any reflection.
constexpr double least_displacement_A2 = -0.1, most_displacement_A2 = 100;
/// Rounding of tensors does not go so far below zero.
constexpr double negative_A2 = -1e-3;

double volume_of(const UnitCell& cell) {
  const Mat3d axes = axes_of(cell);
  return axes.row_x.x * axes.row_y.y * axes.row_z.z;
}

const char* symbol_of(int atomic_number) { return gemmi::Element(atomic_number).name(); }

/// Sums over the elements of a cell.
struct Cell {
  std::map<int, double> counts;

  double sum(double (*of)(int)) const {
    double total = 0;
    for (const auto& [element, count] : counts) total += count * of(element);
    return total;
  }
  double electrons() const {
    return sum([](int element) { return double(element); });
  }
  double mass_Da() const {
    return sum([](int element) { return gemmi::Element(element).weight(); });
  }
};

constexpr double g_cm3_from_Da_A3 = 1.66053906660;

}  // namespace

std::string reason_of(const std::exception& error, const std::string& name) {
  std::string reason = error.what();
  if (reason.starts_with(name + ":")) reason.replace(0, name.size() + 1, "line ");
  return reason;
}

std::string first_of(const std::vector<std::string>& names, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) text += (i > 0 ? ", " : "") + names[i];
  return names.size() > most ? text + ", ..." : text;
}

std::string counted_names(const std::vector<std::string>& names, std::string_view one, std::string_view several,
                          std::size_t most) {
  return counted(names.size(), one, several) + ": " + first_of(names, most);
}

std::string counted_atoms(const std::vector<std::string>& names, const std::string& what, std::size_t most) {
  return counted_names(names, "atom " + what, "atoms " + what, most);
}

void check_atom(const Atom& atom, const UnitCell& cell, const std::string& name) {
  const std::string where = in_quotes(name) + " " + atom.label;
  if (!is_finite(atom.position) || std::abs(atom.position.x) > 1e6 || std::abs(atom.position.y) > 1e6 ||
      std::abs(atom.position.z) > 1e6)
    refuse("a position is impossible", where, "", "coordinates must be numbers, and not far from the cell");
  if (!(atom.occupancy >= 0) || !(atom.occupancy <= 1e6))
    refuse("an occupancy is impossible", where, format_number(atom.occupancy), "it must not be negative");
  const double isotropic = atom.b_A2 / (8 * pi * pi);
  EigenvalueRange u{isotropic, isotropic};
  if (atom.u) u = symmetric_eigenvalues(axes_of(cell) * *atom.u * transpose(axes_of(cell)));
  if (!(u.smallest >= least_displacement_A2 && u.largest <= most_displacement_A2))
    refuse("a displacement is impossible", where,
           "mean squares of " + format_number(u.smallest) + " to " + format_number(u.largest) + " A^2",
           "they must be from " + format_number(least_displacement_A2) + " to " + format_number(most_displacement_A2) +
               " A^2 (B = 8 pi^2 <u^2>)");
}

SiteSymmetry site_symmetry(const Atom& atom, const SpaceGroup& group, const UnitCell& cell, double tolerance_A) {
  const Mat3d axes = axes_of(cell);
  const auto copies_of = [&](const Vec3d& x, double tolerance) {
    std::vector<const SymmetryOperation*> result;
    for (const SymmetryOperation& operation : group.operations)
      if (norm(axes * to_nearest_cell(applied(operation, x) - x)) < tolerance) result.push_back(&operation);
    return result;
  };
  for (const double tolerance : {tolerance_A, tolerance_A / 4, tolerance_A / 40}) {
    const auto copies = copies_of(atom.position, tolerance);
    const auto n = static_cast<double>(copies.size());
    Vec3d shift;
    Mat3d u{};
    for (const SymmetryOperation* operation : copies) {
      shift = shift + to_nearest_cell(applied(*operation, atom.position) - atom.position) / n;
      if (!atom.u) continue;
      const Mat3d r = rotation_matrix(*operation), turned = r * *atom.u * transpose(r);
      u = {u.row_x + turned.row_x / n, u.row_y + turned.row_y / n, u.row_z + turned.row_z / n};
    }
    // All of one place, if that is what each of them leaves alone.
    const Vec3d exact = atom.position + shift;
    if (copies_of(exact, 1e-4).size() != copies.size()) continue;
    return {static_cast<int>(copies.size()), norm(axes * shift), exact, atom.u ? std::optional(u) : std::nullopt};
  }
  return {1, 0, atom.position, atom.u};
}

void check_displacements(AtomicModel& model) {
  std::vector<std::string> negative;
  const Mat3d axes = axes_of(model.cell);
  for (const Atom& atom : model.atoms) {
    const double least =
        atom.u ? symmetric_eigenvalues(axes * *atom.u * transpose(axes)).smallest : atom.b_A2 / (8 * pi * pi);
    if (least < negative_A2) negative.push_back(atom.label + " " + format_number(least, 2) + " A^2");
  }
  if (!negative.empty())
    model.warnings.push_back(
        counted_atoms(negative, "with mean square displacements below zero, which is impossible", 2));
}

void check_contents(AtomicModel& model, const StatedContents& stated) {
  const double volume = volume_of(model.cell);
  const auto off = [](double found, double expected, double share) {
    return std::abs(found - expected) > share * std::abs(expected);
  };
  const auto warn = [&](const std::string& what, double said, double found) {
    model.warnings.push_back("the file states " + what + " " + format_number(said) +
                             ", its cell, symmetry and atoms give " + format_number(found, 5));
  };
  if (stated.volume_A3 && off(volume, *stated.volume_A3, 5e-3)) warn("a volume of", *stated.volume_A3, volume);
  Cell cell, unit;
  const auto copies = static_cast<double>(model.space_group.operations.size());
  for (const Atom& atom : model.atoms) cell.counts[atom.atomic_number] += copies * atom.occupancy;

  const Formula formula = formula_of(stated.formula);
  if (!stated.formula.empty() && formula.empty())
    model.notes.push_back("the formula " + in_quotes(stated.formula) + " cannot be read, and is not compared");
  if (!formula.empty()) {
    unit.counts = formula;
    double units = stated.units.value_or(0);
    if (!stated.units) {
      // The number that fits most electrons, if any does.
      units = cell.electrons() / unit.electrons();
      const double heavy = formula.rbegin()->second;
      if (heavy > 0) units = cell.counts[formula.rbegin()->first] / heavy;
    }
    if (formula.contains(1) && !cell.counts.contains(1)) {
      model.warnings.push_back("the formula has " + format_number(formula.at(1)) +
                               " hydrogens, the model has none: they do not scatter");
      cell.counts[1] = units * formula.at(1);
    }
    std::map<int, double> expected;
    for (const auto& [element, count] : formula) expected[element] = units * count;
    for (const auto& [element, count] : cell.counts) expected.try_emplace(element, 0);
    std::string wrong;
    for (const auto& [element, count] : expected) {
      const double found = cell.counts.contains(element) ? cell.counts[element] : 0;
      if (std::abs(found - count) > std::max(0.02 * count, 0.1))
        wrong += (wrong.empty() ? "" : ", ") + std::string(symbol_of(element)) + " " + format_number(found, 4) +
                 " instead of " + format_number(count, 4);
    }
    if (!wrong.empty())
      model.warnings.push_back("a cell of the model does not contain " + format_number(units, 4) + " units of " +
                               stated.formula + ": " + wrong + "; check symmetry, occupancies and Z");
    if (stated.weight && off(unit.mass_Da(), *stated.weight, 5e-3))
      model.warnings.push_back("the file states a weight of " + format_number(*stated.weight) + ", its formula gives " +
                               format_number(unit.mass_Da(), 5));
  }
  for (const auto& [element, count] : stated.atoms) {
    const double found = cell.counts.contains(element) ? cell.counts[element] : 0;
    if (off(found, count, 0.02) && std::abs(found - count) > 0.1)
      warn(std::string("a number of ") + symbol_of(element) + " in the cell of", count, found);
  }
  if (stated.electrons && off(cell.electrons(), *stated.electrons, 0.03))
    warn("F(000)", *stated.electrons, cell.electrons());
  const double density = cell.mass_Da() / volume * g_cm3_from_Da_A3;
  if (stated.density && off(density, *stated.density, 0.03)) warn("a density (g/cm^3) of", *stated.density, density);
  if (stated.measured_density && off(density, *stated.measured_density, 0.1))
    warn("a measured density (g/cm^3) of", *stated.measured_density, density);
}

}  // namespace femtobragg::atoms
