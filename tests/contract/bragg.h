// Bragg's law, written out independently of the library, and crystals turned to fulfil it.
#pragma once

#include "femtobragg/physics/rotation.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {

/// Spacing of lattice planes (angstrom) from the metric of the real cell: 1/d^2 = h^T G^-1 h.
inline double plane_spacing_A(const UnitCell& u, const Reflection& r) {
  const double ca = std::cos(u.alpha_rad), cb = std::cos(u.beta_rad), cg = std::cos(u.gamma_rad);
  const double h = static_cast<double>(r.h) / u.a_A, k = static_cast<double>(r.k) / u.b_A,
               l = static_cast<double>(r.l) / u.c_A;
  const double sa2 = 1 - ca * ca, sb2 = 1 - cb * cb, sg2 = 1 - cg * cg;
  const double sum = h * h * sa2 + k * k * sb2 + l * l * sg2 + 2 * h * k * (ca * cb - cg) + 2 * k * l * (cb * cg - ca) +
                     2 * l * h * (cg * ca - cb);
  return std::sqrt((1 - ca * ca - cb * cb - cg * cg + 2 * ca * cb * cg) / sum);
}

/// Unit vector at an angle 2theta from x, at an azimuth from y towards z.
inline Vec3d direction_at(double two_theta, double azimuth) {
  return {std::cos(two_theta), std::sin(two_theta) * std::cos(azimuth), std::sin(two_theta) * std::sin(azimuth)};
}

/// A crystal turned so that the reflection diffracts a beam along x into the azimuth.
inline ReciprocalAxes in_bragg_condition(const UnitCell& cell, const Reflection& r, double wavelength_A,
                                         double azimuth) {
  const ReciprocalAxes axes = reciprocal_axes_of_cell(cell);
  const Vec3d g =
      static_cast<double>(r.h) * axes.a + static_cast<double>(r.k) * axes.b + static_cast<double>(r.l) * axes.c;
  const double two_theta = 2.0 * std::asin(wavelength_A / (2.0 * plane_spacing_A(cell, r)));
  const Vec3d wanted = unit(direction_at(two_theta, azimuth) - Vec3d{1, 0, 0});
  const Vec3d axis = unit(cross(g, wanted));
  const Mat3d turn = rotation_matrix(axis, std::acos(dot(unit(g), wanted)));
  return {turn * axes.a, turn * axes.b, turn * axes.c};
}

}  // namespace femtobragg::tests
