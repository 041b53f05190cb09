// Lists of symmetry operations: reading them, checking that they form a group, and comparing groups.
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/atoms/atomic_model.h"

namespace femtobragg::atoms {

using Operations = std::vector<SymmetryOperation>;

/// Reads x,-y+1/2,z: fractions or decimals, blanks and capitals anywhere. Throws Error(Runtime) that names the text.
SymmetryOperation parse_operation(const std::string& text, const std::string& where);
/// Writes x,-y+1/2,z.
std::string text_of(const SymmetryOperation& operation);

/// The operations without repetitions, with translations within the cell, in a fixed order.
Operations sorted(Operations operations);

/// The reason why the operations do not form a group, in words; empty: they do.
std::string why_no_group(const Operations& operations);

/// Whether both have the same operations.
bool same_operations(const Operations& a, const Operations& b);

/// The origin of `moved` in the frame of `standard`, in fractions of the edges, if they differ only by the origin. If
/// there are several, the first one with the simplest fractions.
std::optional<Vec3d> origin_in(const Operations& standard, const Operations& moved);

/// Properties that do not depend on axes or origin: the number of operations of each kind, with screws and glides
/// counted separately. Groups with different signatures are of different types.
std::vector<std::array<int, 3>> signature(const Operations& operations);

/// How far the cell is from having the symmetry: the largest change of its metric, relative to the edges.
double misfit(const UnitCell& cell, const Operations& operations);

inline Mat3d rotation_matrix(const SymmetryOperation& operation) {
  const auto row = [&](std::size_t i) {
    const auto& r = operation.rotation[i];
    return Vec3d{double(r[0]), double(r[1]), double(r[2])};
  };
  return {row(0), row(1), row(2)};
}

inline Vec3d translation_of(const SymmetryOperation& operation) {
  const auto& t = operation.translation;
  return Vec3d{double(t[0]), double(t[1]), double(t[2])} / double(SymmetryOperation::parts);
}

inline Vec3d applied(const SymmetryOperation& operation, const Vec3d& at) {
  return rotation_matrix(operation) * at + translation_of(operation);
}

/// The shortest of the vectors that differ from this one by whole edges, in cells that are not very oblique.
inline Vec3d to_nearest_cell(const Vec3d& d) {
  return {d.x - std::round(d.x), d.y - std::round(d.y), d.z - std::round(d.z)};
}

}  // namespace femtobragg::atoms
