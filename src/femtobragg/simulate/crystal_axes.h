// From unit cells and reciprocal axes to the axes of a crystal in the lab.
#pragma once

#include "femtobragg/model/crystal.h"
#include "femtobragg/physics/unit_cell.h"

namespace femtobragg {

using ReciprocalAxes = physics::AxisTriple<double>;  ///< 1/angstrom

physics::CellParameters<double> cell_parameters(const UnitCell& cell);

/// Reciprocal axes of a cell: a* along lab x, b* in the x-y plane (1/angstrom).
/// Throws Error(Usage) for edges or angles that close no cell.
ReciprocalAxes reciprocal_axes_of_cell(const UnitCell& cell);

/// Real axes (angstrom), dual to the reciprocal ones, scaled to the cell's edges if one is given.
physics::AxisTriple<double> real_axes(const ReciprocalAxes& reciprocal, const UnitCell* cell);

/// Real axes in metres and the reciprocal axes that belong to them.
CrystalAxes crystal_axes(const ReciprocalAxes& reciprocal, const UnitCell* cell);

}  // namespace femtobragg
