// Geometry of the unit cell. International Tables for Crystallography, volume B, section 1.1.
#pragma once

#include <cmath>

#include "femtobragg/base/vec3.h"

namespace femtobragg::physics {

/// Edges (angstrom) and angles (radians) of a cell, real or reciprocal (1/angstrom).
template <class T>
struct CellParameters {
  T a, b, c, alpha, beta, gamma;
};

/// Volume; zero or NaN if the angles do not form a cell.
template <class T>
T cell_volume(const CellParameters<T>& cell) {
  using std::abs;
  using std::sin;
  using std::sqrt;
  const T half = T(0.5) * (cell.alpha + cell.beta + cell.gamma);
  return T(2) * cell.a * cell.b * cell.c *
         sqrt(abs(sin(half) * sin(half - cell.alpha) * sin(half - cell.beta) * sin(half - cell.gamma)));
}

/// Edges and angles of the reciprocal axes, as sines and cosines.
template <class T>
struct ReciprocalCell {
  T a, b, c;
  T cos_alpha, cos_beta, cos_gamma;
  T sin_alpha, sin_beta, sin_gamma;
};

template <class T>
ReciprocalCell<T> reciprocal_cell(const CellParameters<T>& cell, T volume) {
  using std::cos;
  using std::sin;
  ReciprocalCell<T> r{};
  // The order of operations decides the last bit, and with it how many cells fit into a given size.
  const T volume_star = T(1) / volume;
  r.a = cell.b * cell.c * sin(cell.alpha) * volume_star;
  r.b = cell.c * cell.a * sin(cell.beta) * volume_star;
  r.c = cell.a * cell.b * sin(cell.gamma) * volume_star;
  r.cos_alpha = (cos(cell.beta) * cos(cell.gamma) - cos(cell.alpha)) / (sin(cell.beta) * sin(cell.gamma));
  r.cos_beta = (cos(cell.gamma) * cos(cell.alpha) - cos(cell.beta)) / (sin(cell.gamma) * sin(cell.alpha));
  r.cos_gamma = (cos(cell.alpha) * cos(cell.beta) - cos(cell.gamma)) / (sin(cell.alpha) * sin(cell.beta));
  r.sin_alpha = cell.a * volume_star / r.b / r.c;
  r.sin_beta = cell.b * volume_star / r.c / r.a;
  r.sin_gamma = cell.c * volume_star / r.a / r.b;
  return r;
}

/// Reciprocal (or real) axes as vectors.
template <class T>
struct AxisTriple {
  Vec3<T> a, b, c;
};

/// Reciprocal axes with a* along lab x and b* in the x-y plane; `c_star_z` is 1/c for a right cell.
template <class T>
AxisTriple<T> reciprocal_axes(const ReciprocalCell<T>& r, T c_star_z) {
  return {{r.a, T(0), T(0)},
          {r.b * r.cos_gamma, r.b * r.sin_gamma, T(0)},
          {r.c * r.cos_beta, r.c * (r.cos_alpha - r.cos_beta * r.cos_gamma) / r.sin_gamma, c_star_z}};
}

}  // namespace femtobragg::physics
