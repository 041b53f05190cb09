// Neighbours by bins of the cell, and what they add up to.
#include "femtobragg/atoms/neighbours.h"

#include <algorithm>
#include <cmath>
#include <gemmi/elem.hpp>

#include "femtobragg/atoms/model_checks.h"
#include "femtobragg/atoms/symmetry_operations.h"
#include "femtobragg/base/counts.h"
#include "femtobragg/base/text.h"

namespace femtobragg::atoms {
namespace {

/// How close atoms have to be to share a place, and copies of one atom to be one.
constexpr double same_place_A = 0.6, one_atom_A = 0.2;
/// No bond is so short, in sums of covalent radii.
constexpr double shortest_bond = 0.6;
/// Rounding of occupancies.
constexpr double full = 1.05;

struct Image {
  std::array<int, 3> bin;
  Vec3d at;
  std::size_t atom;
};

double radius_of(const Atom& atom) { return gemmi::Element(atom.atomic_number).covalent_r(); }

/// The first pair of atoms too close to each other, and how many atoms there are in such pairs.
struct Crowd {
  const Atom *first = nullptr, *other = nullptr;
  double distance_A = 0, occupancy = 0;
  std::size_t count = 0;

  void add(const Crowd& found) {
    const std::size_t before = count;
    if (before == 0) *this = found;
    count = before + 1;
  }
  std::string names() const {
    return first->label + " and " + (first->label == other->label ? "a copy of it" : other->label) + ", " +
           format_number(distance_A, 3) + " A apart";
  }
};

class Neighbours {
 public:
  explicit Neighbours(const AtomicModel& model) : axes_(axes_of(model.cell)) {
    for (const Atom& atom : model.atoms) reach_A_ = std::max(reach_A_, shortest_bond * 2 * radius_of(atom));
    const Mat3d metric = reciprocal_metric(model.cell);
    const double stars[] = {metric.row_x.x, metric.row_y.y, metric.row_z.z};
    for (std::size_t i = 0; i < 3; ++i)
      bins_[i] = std::clamp(static_cast<int>(1 / (std::sqrt(stars[i]) * reach_A_)), 1, 4000);
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
        if (distance < reach_A_) visit(image.atom, distance);
      }
  }

 private:
  std::array<int, 3> bin_of(const Vec3d& at) const {
    return {std::min(int(at.x * bins_[0]), bins_[0] - 1), std::min(int(at.y * bins_[1]), bins_[1] - 1),
            std::min(int(at.z * bins_[2]), bins_[2] - 1)};
  }
  int wrapped(int bin, std::size_t axis) const { return (bin + bins_[axis]) % bins_[axis]; }

  Mat3d axes_;
  double reach_A_ = same_place_A;  ///< the smallest side of a bin
  std::array<int, 3> bins_{};
  std::vector<Image> images_;
};

/// Whether a copy of the crystal has the one or the other: named alternates of one assembly, and copies of an atom that
/// is disordered about a symmetry element, of which files name the groups -1, -2.
bool exclude_each_other(const Atom& a, const Atom& b) {
  if (a.alternate.empty() || b.alternate.empty() || a.assembly != b.assembly) return false;
  return a.alternate != b.alternate || a.alternate.starts_with('-');
}

class Search {
 public:
  explicit Search(const AtomicModel& model) : atoms_(model.atoms), neighbours_(model), at_place_(model.atoms.size()) {
    for (std::size_t i = 0; i < atoms_.size(); ++i)
      neighbours_.for_each_near(atoms_[i].position, [&](std::size_t j, double distance) {
        if (j == i && distance < one_atom_A) at_place_[i] += atoms_[i].occupancy;
      });
    for (std::size_t i = 0; i < atoms_.size(); ++i)
      if (atoms_[i].occupancy > 0) look_at(i);
  }

  std::vector<std::string> doubled;
  Crowd sharing, close;

 private:
  void look_at(std::size_t i) {
    const Atom& atom = atoms_[i];
    if (at_place_[i] > full && at_place_[i] > atom.occupancy * 1.5) {
      doubled.push_back(atom.label);
      return;
    }
    double all = 0;
    Crowd same{.first = &atom, .distance_A = same_place_A}, bonded{.first = &atom, .distance_A = 1e300};
    neighbours_.for_each_near(atom.position, [&](std::size_t j, double distance) {
      const Atom& other = atoms_[j];
      const bool itself = j == i && distance < one_atom_A;
      if (!itself && (other.occupancy == 0 || exclude_each_other(atom, other))) return;
      if (distance < same_place_A) all += other.occupancy;
      if (itself) return;
      if (distance < same.distance_A) same.distance_A = distance, same.other = &other;
      const double shared = at_place_[i] + at_place_[j];
      if (distance >= same_place_A && distance < shortest_bond * (radius_of(atom) + radius_of(other)) &&
          distance < bonded.distance_A && shared > full)
        bonded.distance_A = distance, bonded.other = &other, bonded.occupancy = shared;
    });
    same.occupancy = all;
    if (all > full && same.other && at_place_[i] <= full)
      sharing.add(same);
    else if (bonded.other)
      close.add(bonded);
  }

  const std::vector<Atom>& atoms_;
  Neighbours neighbours_;
  std::vector<double> at_place_;  ///< occupancies of the copies that coincide
};

}  // namespace

void check_neighbours(AtomicModel& model) {
  // Large cells with symmetry of high order would take seconds.
  if (model.atoms.size() * model.space_group.operations.size() > 4'000'000) {
    model.notes.push_back("distances between atoms have not been checked: there are too many");
    return;
  }
  const Search found(model);
  if (!found.doubled.empty())
    model.warnings.push_back(
        counted(found.doubled.size(), "atom on a special position is", "atoms on special positions are") +
        " included several times: " + first_of(found.doubled, 1) +
        "; occupancies of PDB and mmCIF files are fractions of one symmetry copy");
  if (const Crowd& crowd = found.sharing; crowd.count > 0)
    model.warnings.push_back(counted(crowd.count, "atom shares its position", "atoms share their positions") +
                             " with other atoms, and their occupancies add up to more than 1: " + crowd.names() +
                             ", to " + format_number(crowd.occupancy, 3) + "; check symmetry and occupancies");
  if (const Crowd& crowd = found.close; crowd.count > 0)
    model.warnings.push_back(counted(crowd.count, "atom is", "atoms are") + " closer to others than any bond: " +
                             crowd.names() + "; check cell, symmetry and coordinates");
}

void check_alternates(const std::vector<Alternates>& alternates, AtomicModel& model) {
  std::vector<std::string> crowded;
  for (const auto& [label, occupancy] : alternates)
    if (occupancy > full) crowded.push_back(label + " to " + format_number(occupancy, 3));
  if (!crowded.empty())
    model.warnings.push_back("occupancies of alternates, of which each copy has one, add up to more than 1: " +
                             first_of(crowded, 2));
}

}  // namespace femtobragg::atoms
