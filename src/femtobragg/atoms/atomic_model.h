// Atoms in a unit cell with symmetry: the content of a model file, independent of its format.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/base/mat3.h"
#include "femtobragg/model/unit_cell.h"

#pragma GCC visibility push(default)
namespace femtobragg::atoms {

using Hkl = std::array<int, 3>;

/// The other reflection of the Friedel pair.
inline Hkl mate(const Hkl& hkl) { return {-hkl[0], -hkl[1], -hkl[2]}; }

/// As messages name it: F(1,-2,3).
inline std::string name_of(const Hkl& hkl) {
  return "F(" + std::to_string(hkl[0]) + "," + std::to_string(hkl[1]) + "," + std::to_string(hkl[2]) + ")";
}

/// x' = rotation x + translation, in fractions of the cell's edges.
struct SymmetryOperation {
  static constexpr int parts = 24;  ///< all translations of space groups are whole numbers of these

  std::array<std::array<int, 3>, 3> rotation{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  std::array<int, 3> translation{};  ///< unit: 1/24 of an edge

  /// The index whose structure factor the operation maps to hkl, apart from a phase: hkl times the rotation.
  Hkl turned(const Hkl& hkl) const;
  /// That phase, in 24ths of a turn: hkl times the translation.
  int phase(const Hkl& hkl) const;
};

struct SpaceGroup {
  /// Hermann-Mauguin symbol of the setting of these operations, apart from the origin; empty: there is none.
  std::string symbol = "P 1";
  std::vector<SymmetryOperation> operations{1};  ///< all of them, including centring and the identity

  /// Whether symmetry makes each of these structure factors zero.
  bool absent(const Hkl& hkl) const;
};

struct Atom {
  std::string label;      ///< name of the atom in its file, for messages
  int atomic_number = 0;  ///< 1 to 98
  int charge = 0;         ///< in elementary charges, positive for cations
  Vec3d position;         ///< fractions of the cell's edges
  double occupancy =
      1;  ///< >= 0; an atom on a special position is counted several times by symmetry, so its occupancy is less
  double b_A2 = 0;        ///< isotropic displacement, 8 pi^2 <u^2>; used if there is no `u`
  std::string alternate;  ///< which alternative group of atoms it belongs to; mostly empty
  std::string
      assembly;  ///< groups of one assembly are alternatives; groups of different assemblies are present together
  std::optional<Mat3d> u;  ///< <u u> in fractions of the edges, symmetric: the factor is exp(-2 pi^2 h u h)
};

struct AtomicModel {
  UnitCell cell;
  SpaceGroup space_group;
  std::vector<Atom> atoms;  ///< the asymmetric unit
  std::vector<std::string> notes, warnings;
};

inline double dot(const Hkl& hkl, const Vec3d& v) { return hkl[0] * v.x + hkl[1] * v.y + hkl[2] * v.z; }
inline double form(const Mat3d& m, const Hkl& hkl) {
  const Vec3d h{double(hkl[0]), double(hkl[1]), double(hkl[2])};
  return femtobragg::dot(h, m * h);
}

}  // namespace femtobragg::atoms
#pragma GCC visibility pop
