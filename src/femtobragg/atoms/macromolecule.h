// Models with orthogonal coordinates, from PDB and mmCIF files.
#pragma once

#include <string>
#include <vector>

#include "femtobragg/atoms/atomic_model.h"
#include "femtobragg/atoms/cif_items.h"
#include "femtobragg/atoms/stated_symmetry.h"

namespace femtobragg::atoms {

/// x' = matrix x + vector.
struct Motion {
  Mat3d matrix = Mat3d::identity();
  Vec3d vector;
};

struct ListedAtom {
  std::string label{};
  int atomic_number = 0, charge = 0;
  std::optional<Vec3d> at_A{};
  std::optional<Vec3d> in_fractions{};  ///< fractional coordinates, if the file states them in addition or instead
  std::string alternate{},
      residue_atom{};  ///< name of the alternate position, and of its atom; empty: there is only one
  std::optional<double> occupancy{}, b_A2{};    ///< if the file states them
  std::optional<std::array<double, 6>> u_A2{};  ///< 11 22 33 12 13 23, along the orthogonal axes
};

struct Macromolecule {
  UnitCell cell;
  StatedSymmetry symmetry;
  std::optional<Motion> to_fractions;  ///< as stated in SCALE records or fract_transf_matrix
  std::vector<Motion> copies;          ///< non-crystallographic copies that the file does not list
  std::vector<ListedAtom> atoms;       ///< atoms of the first model
  std::optional<double> z;             ///< chains in the cell, as stated
  std::size_t models = 0, alternates = 0, dummies = 0;
};

/// Occupancies are read as fractions of one symmetry copy. Warnings and notes are added to those of `messages`.
AtomicModel model_of(const Macromolecule& read, const std::string& name, AtomicModel messages);

AtomicModel pdb_model(std::string_view text, const std::string& name);
AtomicModel mmcif_model(const CifItems& items, const std::string& name);

}  // namespace femtobragg::atoms
