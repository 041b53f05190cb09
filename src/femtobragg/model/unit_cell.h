// The unit cell: edges and angles, and the algebra between them and axes.
// U. Shmueli (ed.), International Tables for Crystallography, volume B, section 1.1.
#pragma once

#include <array>
#include <cmath>

#include "femtobragg/base/mat3.h"
#include "femtobragg/base/vec3.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// A cell of any number type, so that derivatives use the same formulas.
template <class T>
struct UnitCellOf {
  T a_A{}, b_A{}, c_A{};
  T alpha_rad{}, beta_rad{}, gamma_rad{};

  friend bool operator==(const UnitCellOf&, const UnitCellOf&) = default;
};
using UnitCell = UnitCellOf<double>;

enum class Space { Real, Reciprocal };

/// Three axes of a crystal. Those of one space cannot be taken for those of the other.
template <class T, Space>
struct AxisTriple {
  Vec3<T> a, b, c;
};
using RealAxes = AxisTriple<double, Space::Real>;  ///< angstrom
template <class T>
using ReciprocalAxesOf = AxisTriple<T, Space::Reciprocal>;  ///< 1/angstrom, without a factor 2 pi
using ReciprocalAxes = ReciprocalAxesOf<double>;

template <class T, Space space>
T triple_product(const AxisTriple<T, space>& axes) {
  return triple_product(axes.a, axes.b, axes.c);
}

/// (V / 2abc)^2; below zero for angles that close no cell.
template <class T>
T half_angle_product(const UnitCellOf<T>& cell) {
  using std::sin;
  const T half = T(0.5) * (cell.alpha_rad + cell.beta_rad + cell.gamma_rad);
  return sin(half) * sin(half - cell.alpha_rad) * sin(half - cell.beta_rad) * sin(half - cell.gamma_rad);
}

/// Volume (angstrom^3); meaningless for angles that close no cell.
template <class T>
T cell_volume(const UnitCellOf<T>& cell) {
  using std::abs;
  using std::sqrt;
  return T(2) * cell.a_A * cell.b_A * cell.c_A * sqrt(abs(half_angle_product(cell)));
}

/// Lengths (1/angstrom) of the reciprocal axes, and cosines and sines of the angles between them.
template <class T>
struct ReciprocalCell {
  T a, b, c;
  T cos_alpha, cos_beta, cos_gamma;
  T sin_alpha, sin_beta, sin_gamma;
};

template <class T>
ReciprocalCell<T> reciprocal_cell(const UnitCellOf<T>& cell, T volume) {
  using std::cos;
  using std::sin;
  ReciprocalCell<T> r{};
  // The order of operations decides the last bit, and that decides how many cells fit into a typed size.
  const T volume_star = T(1) / volume;
  r.a = cell.b_A * cell.c_A * sin(cell.alpha_rad) * volume_star;
  r.b = cell.c_A * cell.a_A * sin(cell.beta_rad) * volume_star;
  r.c = cell.a_A * cell.b_A * sin(cell.gamma_rad) * volume_star;
  r.cos_alpha =
      (cos(cell.beta_rad) * cos(cell.gamma_rad) - cos(cell.alpha_rad)) / (sin(cell.beta_rad) * sin(cell.gamma_rad));
  r.cos_beta =
      (cos(cell.gamma_rad) * cos(cell.alpha_rad) - cos(cell.beta_rad)) / (sin(cell.gamma_rad) * sin(cell.alpha_rad));
  r.cos_gamma =
      (cos(cell.alpha_rad) * cos(cell.beta_rad) - cos(cell.gamma_rad)) / (sin(cell.alpha_rad) * sin(cell.beta_rad));
  r.sin_alpha = cell.a_A * volume_star / r.b / r.c;
  r.sin_beta = cell.b_A * volume_star / r.c / r.a;
  r.sin_gamma = cell.c_A * volume_star / r.a / r.b;
  return r;
}

/// Reciprocal axes with a* along lab x and b* in the x-y plane; `c_star_z` is 1/c for a right cell.
template <class T>
ReciprocalAxesOf<T> reciprocal_axes(const ReciprocalCell<T>& r, T c_star_z) {
  return {{r.a, T(0), T(0)},
          {r.b * r.cos_gamma, r.b * r.sin_gamma, T(0)},
          {r.c * r.cos_beta, r.c * (r.cos_alpha - r.cos_beta * r.cos_gamma) / r.sin_gamma, c_star_z}};
}

/// Throws Error(Usage) for edges and angles that close no cell.
void require_closed(const UnitCell& cell);

/// Reciprocal axes of a cell: a* along lab x, b* in the x-y plane. Throws as require_closed().
ReciprocalAxes reciprocal_axes_of_cell(const UnitCell& cell);

/// Real axes, dual to the reciprocal ones, scaled to the cell's edges if one is given.
RealAxes real_axes(const ReciprocalAxes& reciprocal, const UnitCell* cell);

/// Columns are the axes of the cell in angstrom: a along x, b in the x-y plane, as in files of atoms.
Mat3d axes_of(const UnitCell& cell);

/// The rotation that takes a crystal from its standard setting (a* along x, b* in the x-y plane) to these reciprocal
/// axes, which are the columns.
/// W. R. Busing & H. A. Levy, Acta Cryst. 22 (1967) 457.
Mat3d orientation_of(const Mat3d& reciprocal);

/// Scalar products of the reciprocal axes, 1/angstrom^2: the squared length of hkl is h G h. Throws as
/// require_closed().
Mat3d reciprocal_metric(const UnitCell& cell);

/// Edges as long as the axes (angstrom), and the angles between them.
UnitCell cell_of_axes(const Vec3d& a_A, const Vec3d& b_A, const Vec3d& c_A);

/// As files state it: edges (angstrom) and angles (degrees).
std::array<double, 6> numbers_of(const UnitCell& cell);
UnitCell cell_of_numbers(const std::array<double, 6>& numbers);

}  // namespace femtobragg
#pragma GCC visibility pop
