// Converts space groups and cells between the gemmi library and our plain values. Only for .cpp files of this folder.
#pragma once

#include <gemmi/symmetry.hpp>
#include <gemmi/unitcell.hpp>

#include "femtobragg/atoms/atomic_model.h"
#include "femtobragg/base/units.h"

namespace femtobragg::atoms {

inline SymmetryOperation operation_of(const gemmi::Op& op) {
  static_assert(gemmi::Op::DEN == SymmetryOperation::parts);
  SymmetryOperation operation;
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column)
      operation.rotation[row][column] = op.rot[row][column] / gemmi::Op::DEN;
    operation.translation[row] = op.tran[row];
  }
  return operation;
}

inline SpaceGroup space_group_of(const gemmi::SpaceGroup& group) {
  SpaceGroup result{group.xhm(), {}};
  for (const gemmi::Op& op : group.operations()) result.operations.push_back(operation_of(op));
  return result;
}

inline UnitCell cell_of(const gemmi::UnitCell& cell) {
  return {cell.a,
          cell.b,
          cell.c,
          radians_from_degrees(cell.alpha),
          radians_from_degrees(cell.beta),
          radians_from_degrees(cell.gamma)};
}

inline gemmi::UnitCell gemmi_cell(const UnitCell& cell) {
  return {cell.a_A,
          cell.b_A,
          cell.c_A,
          degrees_from_radians(cell.alpha_rad),
          degrees_from_radians(cell.beta_rad),
          degrees_from_radians(cell.gamma_rad)};
}

}  // namespace femtobragg::atoms
