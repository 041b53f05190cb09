// The crystal from cell, matrix, missetting and sizes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "femtobragg/model/crystal.h"
#include "femtobragg/nanobragg/options.h"
#include "femtobragg/nanobragg/quirks.h"
#include "femtobragg/nanobragg/random.h"
#include "femtobragg/simulate/crystal_axes.h"

namespace femtobragg::nanobragg {

/// The typed cell with defaults filled in: b = c = a, right angles.
UnitCell completed_cell(const std::array<double, 6>& cell);

/// Reciprocal axes before missetting. Throws Error(Usage) for an impossible cell, unless by Q-triclinic-cell.
ReciprocalAxes unturned_reciprocal_axes(const UnitCell& cell, const QuirkSet& quirks);
/// From a matrix file: columns are reciprocal axes times the wavelength.
ReciprocalAxes reciprocal_axes_of_matrix(const std::array<double, 9>& matrix, double wavelength_m);

inline bool equivalent(const ReciprocalAxes& a, const ReciprocalAxes& b) {
  const double scale = norm(a.a) + norm(a.b) + norm(a.c);
  return norm(a.a - b.a) + norm(a.b - b.b) + norm(a.c - b.c) <= 1e-12 * scale;
}

/// Angles (radians) of a random orientation.
Vec3d random_misset(const QuirkSet& quirks, std::int64_t seed, RandomNumbers& random);

/// Unit cells along each axis, from sizes where they are given.
std::array<double, 3> cell_counts(const CrystalOptions& options, const std::array<double, 3>& size_m,
                                  const CrystalAxes& axes);

/// The spread that rotations are drawn with, rounded to single precision as published seeds rely on; 0: none.
double mosaic_spread_rad(const CrystalOptions& options);

/// Rotations of the mosaic domains; the first is the identity, although it draws its deviates.
std::vector<Mat3d> mosaic_rotations(const CrystalOptions& options, RandomNumbers& random);

}  // namespace femtobragg::nanobragg
