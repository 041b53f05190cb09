// Atoms in a unit cell with symmetry: what a model file says, without its format.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/base/mat3.h"
#include "femtobragg/model/crystal.h"

namespace femtobragg::atoms {

using Hkl = std::array<int, 3>;

/// x' = rotation x + translation, in fractions of the cell's edges.
struct SymmetryOperation {
  static constexpr int parts = 24;  ///< that all translations of space groups are whole numbers of

  std::array<std::array<int, 3>, 3> rotation{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  std::array<int, 3> translation{};  ///< in 24ths of an edge

  /// The index whose structure factor the operation brings to hkl, but for a phase: hkl times the rotation.
  Hkl turned(const Hkl& hkl) const;
  /// That phase: hkl times the translation, in 24ths of a turn.
  int phase(const Hkl& hkl) const;
};

struct SpaceGroup {
  /// Hermann-Mauguin, of the setting whose operations these are but for the origin; empty: it has none.
  std::string symbol = "P 1";
  std::vector<SymmetryOperation> operations{1};  ///< all, those of centring too; the identity is among them

  /// Whether symmetry makes every such structure factor zero.
  bool absent(const Hkl& hkl) const;
};

struct Atom {
  std::string label;       ///< for messages: who it is in its file
  int atomic_number = 0;   ///< 1 to 98
  int charge = 0;          ///< units of the electron's, positive for cations
  Vec3d position;          ///< fractions of the cell's edges
  double occupancy = 1;    ///< >= 0; symmetry counts an atom on a special position several times, so its share is less
  double b_A2 = 0;         ///< isotropic displacement, 8 pi^2 <u^2>; without `u`
  std::string alternate;   ///< the group of atoms that is there together, where there are several; mostly empty
  std::string assembly;    ///< whose groups are alternates of each other; those of different ones are there together
  std::optional<Mat3d> u;  ///< <u u> in fractions of the edges, symmetric: the factor is exp(-2 pi^2 h u h)
};

struct AtomicModel {
  UnitCell cell;
  SpaceGroup space_group;
  std::vector<Atom> atoms;  ///< the asymmetric unit
  std::vector<std::string> notes, warnings;
};

/// Scalar products of the reciprocal axes, 1/angstrom^2: the squared length of hkl is h G h. Throws Error(Usage) for
/// angles and edges that close no cell.
Mat3d reciprocal_metric(const UnitCell& cell);

/// Columns are the axes of the cell in angstrom: a along x, b in the x-y plane.
Mat3d axes_of(const UnitCell& cell);

inline double dot(const Hkl& hkl, const Vec3d& v) { return hkl[0] * v.x + hkl[1] * v.y + hkl[2] * v.z; }
inline double form(const Mat3d& m, const Hkl& hkl) {
  const Vec3d h{double(hkl[0]), double(hkl[1]), double(hkl[2])};
  return femtobragg::dot(h, m * h);
}

}  // namespace femtobragg::atoms
