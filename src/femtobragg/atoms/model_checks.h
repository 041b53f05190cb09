// Checks whether a model can be right: each atom, its neighbours, and everything else that the file states.
#pragma once

#include <exception>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "femtobragg/atoms/atomic_model.h"

namespace femtobragg::atoms {

/// Throws Error(Runtime) for an atom that no crystal can contain.
void check_atom(const Atom& atom, const UnitCell& cell, const std::string& name);

/// A site on a symmetry element, and the operations that leave it in place.
struct SiteSymmetry {
  int copies = 1;          ///< number of coinciding copies
  double off_A = 0;        ///< how far the site is from the exact place
  Vec3d exact;             ///< exact position, in fractions
  std::optional<Mat3d> u;  ///< mean of the displacements that the operations map onto each other
};

/// Copies within the tolerance, or within less if these copies are not all mutually close.
SiteSymmetry site_symmetry(const Atom& atom, const SpaceGroup& group, const UnitCell& cell, double tolerance_A);

/// Warns of negative mean squares, overall or in some direction.
void check_displacements(AtomicModel& model);

/// What a file states about the content of the cell, apart from the atoms.
struct StatedContents {
  std::string formula{};                     ///< one formula unit, such as C6 H12 O6
  std::optional<double> units{};             ///< formula units in the cell, Z
  std::optional<double> weight{};            ///< weight of one formula unit, dalton
  std::optional<double> electrons{};         ///< F(000)
  std::optional<double> density{};           ///< g/cm^3
  std::optional<double> measured_density{};  ///< g/cm^3
  std::optional<double> volume_A3{};         ///< volume of the cell
  std::map<int, double> atoms{};             ///< atoms in the cell by element
};

/// Warns, with numbers, if atoms, symmetry and cell imply different contents.
void check_contents(AtomicModel& model, const StatedContents& stated);

/// A message of the gemmi library's reader, beginning with the line instead of the file name.
std::string reason_of(const std::exception& error, const std::string& name);

/// The first few names: "'C1', 'C2', ...".
std::string first_of(const std::vector<std::string>& names, std::size_t most = 3);
/// How many there are, with the wording for one and for several, and the first few: "3 atoms are late: 'C1', 'C2',
/// ...".
std::string counted_names(const std::vector<std::string>& names, std::string_view one, std::string_view several,
                          std::size_t most = 3);
/// The same with "atom" or "atoms" before the wording.
std::string counted_atoms(const std::vector<std::string>& names, const std::string& what, std::size_t most = 3);

}  // namespace femtobragg::atoms
