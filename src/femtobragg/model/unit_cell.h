// The unit cell that three axes span.
#pragma once

#include "femtobragg/model/crystal.h"

namespace femtobragg {

/// Edges as long as the axes (angstrom), and the angles between them.
UnitCell cell_of_axes(const Vec3d& a_A, const Vec3d& b_A, const Vec3d& c_A);

UnitCell cell_of(const CrystalAxes& axes);

/// As files state it: edges (angstrom) and angles (degrees).
std::array<double, 6> numbers_of(const UnitCell& cell);

}  // namespace femtobragg
