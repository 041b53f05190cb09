// The crystal: axes, size, shape and mosaic domains.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "femtobragg/base/mat3.h"
#include "femtobragg/base/vec3.h"
#include "femtobragg/model/unit_cell.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// Real and reciprocal axes in the lab frame with the spindle at zero. No factor 2 pi: |a*| = 1/d(100). All follow from
/// three of them: made by one of the functions below, they agree.
struct CrystalAxes {
  Vec3d a_m, b_m, c_m;                 ///< real axes, metres
  Vec3d a_star_A, b_star_A, c_star_A;  ///< reciprocal axes, 1/angstrom
  Vec3d lengths_m;                     ///< of the real axes; rounded once, since sizes are divided by them

  /// In the standard setting, a* along lab x and b* in the x-y plane, then turned. Throws Error(Usage) for edges and
  /// angles that close no cell.
  static CrystalAxes from_cell(const UnitCell& cell, const Mat3d& turn = Mat3d::identity());
  /// Throws Error(Usage) for axes that span no volume.
  static CrystalAxes from_real(const Vec3d& a_m, const Vec3d& b_m, const Vec3d& c_m);
  /// `cell`: the real axes get the lengths of its edges, whatever rounding the reciprocal ones have gone through.
  static CrystalAxes from_reciprocal(const ReciprocalAxes& reciprocal, const UnitCell* cell = nullptr);

  /// The same cell, turned further.
  CrystalAxes turned(const Mat3d& rotation) const;

  friend bool operator==(const CrystalAxes&, const CrystalAxes&) = default;
};

/// The unit cell of the real axes.
UnitCell cell_of(const CrystalAxes& axes);

/// h a* + k b* + l c*, 1/angstrom.
Vec3d lattice_point_per_A(const CrystalAxes& axes, const std::array<std::int64_t, 3>& hkl);
/// Spacing of the lattice planes; infinite for 0 0 0.
double resolution_A(const CrystalAxes& axes, const std::array<std::int64_t, 3>& hkl);

/// The form of a mosaic domain, which determines the form of its spots: an index in the list of
/// physics/lattice_factor/shapes.h, which has the names, such as CrystalShape::Gaussian.
enum class CrystalShape : int;

/// The outer form of a crystal of many blocks.
enum class CrystalForm {
  Box,
  Sphere,  ///< an ellipsoid, if its sizes differ
  Needle,  ///< a cylinder along its longest size
};

/// What the width of spots is proportional to, of shapes that have a width (gaussian, tophat).
enum class SpotWidth {
  MillerIndices,       ///< 1/N along each axis: the spot of a crystal of N cells
  ReciprocalAngstrom,  ///< 1/N_total in 1/angstrom, whatever the cell (comparison with older programs)
};

struct Crystal {
  CrystalAxes axes;
  std::string space_group;               ///< Hermann-Mauguin symbol, for files; empty: unknown
  std::array<double, 3> cells{1, 1, 1};  ///< unit cells along a, b, c; >= 1
  CrystalShape shape{};                  ///< at first the first of the list: a block of cells
  double fudge = 1;                      ///< multiplies the squared distance from a spot; a block has none
  SpotWidth spot_width = SpotWidth::MillerIndices;
  std::vector<Mat3d> mosaic_rotations;  ///< one for each domain, in the lab frame; empty: one perfect domain
  double mosaic_spread_rad = 0;         ///< that the rotations were drawn with
  /// Of the whole crystal in the beam, each part weighted by its fluence relative to the middle of the beam. It
  /// consists of blocks of `cells` that scatter independently. 0: there is one block, all of it in the beam.
  double lit_volume_m3 = 0;

  friend bool operator==(const Crystal&, const Crystal&) = default;
};

/// Volume of a mosaic block: that of its unit cells, whatever its shape.
double block_volume_m3(const Crystal& crystal);
/// Mosaic blocks in the beam; the number need not be whole.
double lit_blocks(const Crystal& crystal);

}  // namespace femtobragg
#pragma GCC visibility pop
