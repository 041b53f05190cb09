// Whether a model can be right: each atom, its neighbours, and what else the file states.
#pragma once

#include <exception>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "femtobragg/atoms/atomic_model.h"

namespace femtobragg::atoms {

/// Throws Error(Runtime) for an atom that no crystal can have.
void check_atom(const Atom& atom, const UnitCell& cell, const std::string& name);

/// A site on a symmetry element: the operations that leave it there, and what they make of it.
struct SiteSymmetry {
  int copies = 1;          ///< that coincide
  double off_A = 0;        ///< how far the site is from the exact place
  Vec3d exact;             ///< in fractions
  std::optional<Mat3d> u;  ///< the mean of the displacements that they turn into each other
};

/// Copies within the tolerance, or less where these are not all of one place.
SiteSymmetry site_symmetry(const Atom& atom, const SpaceGroup& group, const UnitCell& cell, double tolerance_A);

/// Warns of mean squares below zero, or of those in some direction.
void check_displacements(AtomicModel& model);

/// What a file says about the cell's content, besides its atoms.
struct StatedContents {
  std::string formula{};                     ///< of one unit, as C6 H12 O6
  std::optional<double> units{};             ///< in the cell, Z
  std::optional<double> weight{};            ///< of one unit, dalton
  std::optional<double> electrons{};         ///< F(000)
  std::optional<double> density{};           ///< g/cm^3
  std::optional<double> measured_density{};  ///< g/cm^3
  std::optional<double> volume_A3{};         ///< of the cell
  std::map<int, double> atoms{};             ///< in the cell, by their elements
};

/// Warns, with numbers, where atoms, symmetry and cell give another content.
void check_contents(AtomicModel& model, const StatedContents& stated);

/// What a reader of the gemmi library says, with the line instead of the name that it begins with.
std::string reason_of(const std::exception& error, const std::string& name);

/// The first few of them: "'C1', 'C2', ...".
std::string first_of(const std::vector<std::string>& names, std::size_t most = 3);
/// How many there are, with the words for one and for several, and the first few: "3 atoms are late: 'C1', 'C2', ...".
std::string counted_names(const std::vector<std::string>& names, std::string_view one, std::string_view several,
                          std::size_t most = 3);
/// The same with "atom" or "atoms" before the words.
std::string counted_atoms(const std::vector<std::string>& names, const std::string& what, std::size_t most = 3);

}  // namespace femtobragg::atoms
