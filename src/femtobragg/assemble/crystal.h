// The crystal from cell, matrix, missetting and sizes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "femtobragg/assemble/random_numbers.h"
#include "femtobragg/assemble/scene.h"
#include "femtobragg/model/crystal.h"

namespace femtobragg::assemble {

/// A cell with defaults filled in: b = c = a, right angles.
UnitCell completed_cell(const std::array<double, 6>& cell);

inline bool equivalent(const ReciprocalAxes& a, const ReciprocalAxes& b) {
  const double scale = norm(a.a) + norm(a.b) + norm(a.c);
  return norm(a.a - b.a) + norm(a.b - b.b) + norm(a.c - b.c) <= 1e-12 * scale;
}

/// Axes as nanoBragg computes them: wrong for triclinic cells, and defined even for angles that form no cell.
ReciprocalAxes older_reciprocal_axes(const UnitCell& cell);
/// Axes before missetting: a* along lab x, b* in the x-y plane; to the bit the older ones if these are right. Throws
/// Error(Usage) for edges or angles that form no cell.
ReciprocalAxes upright_reciprocal_axes(const UnitCell& cell);

/// Axes of a matrix file: columns are reciprocal axes times the wavelength. Throws Error(Usage) if they span no volume.
ReciprocalAxes reciprocal_axes_of_matrix(const std::array<double, 9>& matrix, double wavelength_m);

/// The axes of a cell in standard orientation, rotated as these axes are.
ReciprocalAxes turned_as(const CrystalAxes& oriented, const ReciprocalAxes& upright);

/// Whether some edge (angstrom) differs by more than that fraction, or some angle by more than that many degrees.
bool cells_differ(const std::array<double, 6>& one, const std::array<double, 6>& other, double fraction,
                  double degrees);
/// Throws Error(Usage) for a cell that differs from that of the matrix, which depends on the wavelength.
void require_cell_of_matrix(const UnitCell& cell, const UnitCell& of_matrix, const std::string& cell_place,
                            const std::string& matrix_place);

/// Angles (radians) about lab x, y, z of an orientation that is drawn uniformly from all (K. Shoemake, Graphics Gems
/// III (1992) 124).
Vec3d random_misset_rad(std::int64_t& seed, RandomNumbers& random);

/// Several crystals in the beam, as the scene or its file lists them or by random orientations after the first, whose
/// misset is given. Empty: there is one. Throws Error(Usage) if they are described twice, or too many.
std::vector<formats::ListedCrystal> listed_crystals(const CrystalScene& crystal, const Vec3d& first_misset_rad);

/// The axes after missetting, with the edges of the cell, if there is one.
CrystalAxes misset_axes(const ReciprocalAxes& unturned, const Vec3d& misset_rad, const std::optional<UnitCell>& cell);

/// Unit cells along each axis, from sizes where they are given. Throws Error(Usage) beyond 2^31 - 1.
std::array<double, 3> cell_counts(const CrystalScene& crystal, const std::array<double, 3>& size_m,
                                  const CrystalAxes& axes);

/// The spread that rotations are drawn with, rounded to single precision as published seeds rely on; 0: none.
double mosaic_spread_rad(const CrystalScene& crystal);

/// Those of the file that the scene names, in its order. Throws Error(Usage) if spread, number or seed are given too,
/// Error(Runtime) for what is no list of rotations.
std::vector<Mat3d> listed_mosaic_rotations(const CrystalScene& crystal);

/// Rotations of the mosaic domains. Of those at random, the first is the identity, although it draws its deviates.
std::vector<Mat3d> mosaic_rotations(const CrystalScene& crystal, RandomNumbers& random);

}  // namespace femtobragg::assemble
