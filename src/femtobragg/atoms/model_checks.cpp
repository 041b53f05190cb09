// What no crystal can have is refused; what is doubtful is warned of with its numbers.
#include "femtobragg/atoms/model_checks.h"

#include <algorithm>
#include <cmath>
#include <gemmi/elem.hpp>
#include <gemmi/it92.hpp>

#include "femtobragg/atoms/symmetry_operations.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"

namespace femtobragg::atoms {
namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& where, const std::string& value,
                         const std::string& rule) {
  throw Error::runtime({.what = what, .where = where, .value = value, .rule = rule, .remedy = "correct the file"});
}

/// Mean squares of displacements that a model may have, A^2. Refined tensors dip a little below zero; 100 is a B of
/// 7900, of which nothing is left in any reflection.
constexpr double least_displacement_A2 = -0.1, most_displacement_A2 = 100;

Vec3d to_nearest_cell(const Vec3d& d) { return {d.x - std::round(d.x), d.y - std::round(d.y), d.z - std::round(d.z)}; }

/// Counts of elements by their numbers; nothing where it is no formula.
std::optional<std::map<int, double>> elements_of(const std::string& formula) {
  std::map<int, double> counts;
  std::size_t at = 0;
  const auto is = [&](int (*kind)(int)) {
    return at < formula.size() && kind(static_cast<unsigned char>(formula[at]));
  };
  while (at < formula.size()) {
    if (is(std::isspace)) {
      ++at;
      continue;
    }
    if (!is(std::isupper)) return {};
    std::string symbol(1, formula[at++]);
    if (is(std::islower)) symbol += formula[at++];
    const int element = atomic_number_of(symbol);
    const std::size_t digits = at;
    while (is(std::isdigit) || (at < formula.size() && formula[at] == '.')) ++at;
    const auto count = digits == at ? std::optional(1.0) : parse_number(formula.substr(digits, at - digits));
    if (element == 0 || !count) return {};
    counts[element] += *count;
  }
  return counts.empty() ? std::nullopt : std::optional(counts);
}

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

/// The smallest side of a bin of the search for neighbours, and how close atoms have to be to share a place.
constexpr double same_place_A = 0.6;
/// Rounding of occupancies.
constexpr double full = 1.05;

struct Image {
  std::array<int, 3> bin;
  Vec3d at;
  std::size_t atom;
};

/// Atoms whose places hold more than one atom in the mean.
struct Crowd {
  std::string first, other;
  double distance_A = 0, occupancy = 0;
  std::size_t count = 0;
};

class Neighbours {
 public:
  explicit Neighbours(const AtomicModel& model) : model_(model), axes_(axes_of(model.cell)) {
    const Mat3d metric = reciprocal_metric(model.cell);
    const double stars[] = {metric.row_x.x, metric.row_y.y, metric.row_z.z};
    for (std::size_t i = 0; i < 3; ++i)
      bins_[i] = std::clamp(static_cast<int>(1 / (std::sqrt(stars[i]) * same_place_A)), 1, 4000);
    for (std::size_t i = 0; i < model.atoms.size(); ++i)
      for (const SymmetryOperation& operation : model.space_group.operations) {
        Vec3d at = applied(operation, model.atoms[i].position);
        at = {at.x - std::floor(at.x), at.y - std::floor(at.y), at.z - std::floor(at.z)};
        images_.push_back({bin_of(at), at, i});
      }
    std::ranges::sort(images_, {}, &Image::bin);
  }

  /// Calls with each image near an atom and its distance, its own place among them.
  template <class Visit>
  void for_each_near(const Vec3d& position, const Visit& visit) const {
    const Vec3d at{position.x - std::floor(position.x), position.y - std::floor(position.y),
                   position.z - std::floor(position.z)};
    const std::array<int, 3> home = bin_of(at);
    std::vector<std::array<int, 3>> near;
    for (int i = -1; i <= 1; ++i)
      for (int j = -1; j <= 1; ++j)
        for (int k = -1; k <= 1; ++k)
          near.push_back({wrapped(home[0] + i, 0), wrapped(home[1] + j, 1), wrapped(home[2] + k, 2)});
    std::ranges::sort(near);
    near.erase(std::unique(near.begin(), near.end()), near.end());
    for (const auto& bin : near)
      for (const Image& image : std::ranges::equal_range(images_, bin, {}, &Image::bin)) {
        const double distance = norm(axes_ * to_nearest_cell(image.at - at));
        if (distance < same_place_A) visit(image.atom, distance);
      }
  }

 private:
  std::array<int, 3> bin_of(const Vec3d& at) const {
    return {std::min(int(at.x * bins_[0]), bins_[0] - 1), std::min(int(at.y * bins_[1]), bins_[1] - 1),
            std::min(int(at.z * bins_[2]), bins_[2] - 1)};
  }
  int wrapped(int bin, std::size_t axis) const { return (bin + bins_[axis]) % bins_[axis]; }

  const AtomicModel& model_;
  Mat3d axes_;
  std::array<int, 3> bins_{};
  std::vector<Image> images_;
};

}  // namespace

int atomic_number_of(const std::string& symbol) {
  const auto is_letter = [](unsigned char c) { return std::isalpha(c) != 0; };
  if (symbol.empty() || symbol.size() > 2 || !std::ranges::all_of(symbol, is_letter)) return 0;
  const gemmi::Element element(symbol);
  return element != gemmi::El::X && gemmi::IT92<double>::has(element.elem) ? element.atomic_number() : 0;
}

std::string first_of(const std::vector<std::string>& names, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) text += (i > 0 ? ", " : "") + names[i];
  return names.size() > most ? text + ", ..." : text;
}

void check_atom(const Atom& atom, const UnitCell& cell, const std::string& name) {
  const std::string where = in_quotes(name) + " " + atom.label;
  if (!is_finite(atom.position) || std::abs(atom.position.x) > 1e6 || std::abs(atom.position.y) > 1e6 ||
      std::abs(atom.position.z) > 1e6)
    refuse("an impossible position", where, "", "coordinates are numbers not far from the cell");
  if (!(atom.occupancy >= 0) || !(atom.occupancy <= 1e6))
    refuse("an impossible occupancy", where, format_number(atom.occupancy), "it is not negative");
  const double isotropic = atom.b_A2 / (8 * pi * pi);
  EigenvalueRange u{isotropic, isotropic};
  if (atom.u) u = symmetric_eigenvalues(axes_of(cell) * *atom.u * transpose(axes_of(cell)));
  if (!(u.smallest >= least_displacement_A2 && u.largest <= most_displacement_A2))
    refuse("an impossible displacement", where,
           "mean squares of " + format_number(u.smallest) + " to " + format_number(u.largest) + " A^2",
           "they are from " + format_number(least_displacement_A2) + " to " + format_number(most_displacement_A2) +
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

void check_neighbours(AtomicModel& model) {
  // Large cells with symmetry of high order would take seconds.
  if (model.atoms.size() * model.space_group.operations.size() > 4'000'000) {
    model.notes.push_back("whether atoms are too close has not been looked at: there are too many");
    return;
  }
  const Neighbours neighbours(model);
  std::vector<std::string> doubled;
  Crowd crowd;
  for (std::size_t i = 0; i < model.atoms.size(); ++i) {
    const Atom& atom = model.atoms[i];
    double own = 0, all = 0, nearest = same_place_A;
    const Atom* other = nullptr;
    if (atom.occupancy == 0) continue;
    neighbours.for_each_near(atom.position, [&](std::size_t j, double distance) {
      all += model.atoms[j].occupancy;
      if (j == i && distance < 0.2)
        own += atom.occupancy;
      else if (distance < nearest && model.atoms[j].occupancy > 0)
        nearest = distance, other = &model.atoms[j];
    });
    if (own > full && own > atom.occupancy * 1.5) {
      doubled.push_back(atom.label);
      continue;
    }
    if (all <= full || !other || own > full) continue;
    if (crowd.count++ == 0) crowd = {atom.label, other->label, nearest, all, 1};
  }
  if (!doubled.empty())
    model.warnings.push_back(
        std::to_string(doubled.size()) +
        (doubled.size() == 1 ? " atom on a special position is" : " atoms on special positions are") +
        " counted several times: " + first_of(doubled, 1) +
        "; occupancies of PDB and mmCIF files are shares of one symmetry copy");
  if (crowd.count > 0)
    model.warnings.push_back(
        std::to_string(crowd.count) + (crowd.count == 1 ? " atom shares its place" : " atoms share their places") +
        " with others, and their occupancies add up to more than 1: " + crowd.first + " and " +
        (crowd.first == crowd.other ? "a copy of it" : crowd.other) + ", " + format_number(crowd.distance_A, 3) +
        " A apart, to " + format_number(crowd.occupancy, 3) + "; are symmetry and occupancies right?");
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

  const auto formula = elements_of(stated.formula);
  if (!stated.formula.empty() && !formula)
    model.notes.push_back("the formula " + in_quotes(stated.formula) + " is not understood, and not compared");
  if (formula) {
    unit.counts = *formula;
    double units = stated.units.value_or(0);
    if (!stated.units) {
      // The number that fits most electrons, if any does.
      units = cell.electrons() / unit.electrons();
      const double heavy = formula->rbegin()->second;
      if (heavy > 0) units = cell.counts[formula->rbegin()->first] / heavy;
    }
    if (formula->contains(1) && !cell.counts.contains(1)) {
      model.warnings.push_back("the formula has " + format_number(formula->at(1)) +
                               " hydrogens, the model none: they do not scatter");
      cell.counts[1] = units * formula->at(1);
    }
    std::map<int, double> expected;
    for (const auto& [element, count] : *formula) expected[element] = units * count;
    for (const auto& [element, count] : cell.counts) expected.try_emplace(element, 0);
    std::string wrong;
    for (const auto& [element, count] : expected) {
      const double found = cell.counts.contains(element) ? cell.counts[element] : 0;
      if (std::abs(found - count) > std::max(0.02 * count, 0.1))
        wrong += (wrong.empty() ? "" : ", ") + std::string(symbol_of(element)) + " " + format_number(found, 4) +
                 " instead of " + format_number(count, 4);
    }
    if (!wrong.empty())
      model.warnings.push_back("a cell of the model does not hold " + format_number(units, 4) + " units of " +
                               stated.formula + ": " + wrong + "; are symmetry, occupancies and Z right?");
    if (stated.weight && off(unit.mass_Da(), *stated.weight, 5e-3))
      model.warnings.push_back("the file states a weight of " + format_number(*stated.weight) + ", its formula gives " +
                               format_number(unit.mass_Da(), 5));
  }
  if (stated.electrons && off(cell.electrons(), *stated.electrons, 0.03))
    warn("F(000)", *stated.electrons, cell.electrons());
  const double density = cell.mass_Da() / volume * g_cm3_from_Da_A3;
  if (stated.density && off(density, *stated.density, 0.03)) warn("a density (g/cm^3) of", *stated.density, density);
  if (stated.measured_density && off(density, *stated.measured_density, 0.1))
    warn("a measured density (g/cm^3) of", *stated.measured_density, density);
}

}  // namespace femtobragg::atoms
