// Axes that agree with each other.
#include "femtobragg/model/crystal.h"

#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"

namespace femtobragg {

CrystalAxes CrystalAxes::from_reciprocal(const ReciprocalAxes& reciprocal, const UnitCell* cell) {
  const RealAxes real = real_axes(reciprocal, cell);
  const double volume_star = cell ? 1.0 / cell_volume(*cell) : triple_product(reciprocal);
  return {.a_m = metres_from_angstrom(real.a),
          .b_m = metres_from_angstrom(real.b),
          .c_m = metres_from_angstrom(real.c),
          .a_star_A = volume_star * cross(real.b, real.c),
          .b_star_A = volume_star * cross(real.c, real.a),
          .c_star_A = volume_star * cross(real.a, real.b),
          .lengths_m = metres_from_angstrom(Vec3d{norm(real.a), norm(real.b), norm(real.c)})};
}

CrystalAxes CrystalAxes::from_cell(const UnitCell& cell, const Mat3d& turn) {
  return from_reciprocal(reciprocal_axes_of_cell(cell), &cell).turned(turn);
}

CrystalAxes CrystalAxes::from_real(const Vec3d& a_m, const Vec3d& b_m, const Vec3d& c_m) {
  const RealAxes real{angstrom_from_metres(a_m), angstrom_from_metres(b_m), angstrom_from_metres(c_m)};
  const double volume = triple_product(real), edges = norm(real.a) * norm(real.b) * norm(real.c);
  if (!(std::abs(volume) > 1e-6 * edges) || !std::isfinite(edges) || !(edges > 1e-6))
    throw Error::usage({.what = "the crystal axes do not span a volume",
                        .value = format_number(volume) + " A^3",
                        .rule = "a, b and c must be finite and point in different directions",
                        .remedy = "correct the axes; they are in metres"});
  return {.a_m = a_m,
          .b_m = b_m,
          .c_m = c_m,
          .a_star_A = cross(real.b, real.c) / volume,
          .b_star_A = cross(real.c, real.a) / volume,
          .c_star_A = cross(real.a, real.b) / volume,
          .lengths_m = {norm(a_m), norm(b_m), norm(c_m)}};
}

CrystalAxes CrystalAxes::turned(const Mat3d& rotation) const {
  CrystalAxes result = *this;
  for (Vec3d* axis : {&result.a_m, &result.b_m, &result.c_m, &result.a_star_A, &result.b_star_A, &result.c_star_A})
    *axis = rotation * *axis;
  return result;
}

UnitCell cell_of(const CrystalAxes& axes) {
  return cell_of_axes(angstrom_from_metres(axes.a_m), angstrom_from_metres(axes.b_m), angstrom_from_metres(axes.c_m));
}

double block_volume_m3(const Crystal& crystal) {
  const CrystalAxes& axes = crystal.axes;
  return crystal.cells[0] * crystal.cells[1] * crystal.cells[2] *
         std::abs(triple_product(axes.a_m, axes.b_m, axes.c_m));
}

double lit_blocks(const Crystal& crystal) {
  return crystal.lit_volume_m3 > 0 ? crystal.lit_volume_m3 / block_volume_m3(crystal) : 1;
}

Vec3d lattice_point_per_A(const CrystalAxes& axes, const std::array<std::int64_t, 3>& hkl) {
  const auto index = [&](std::size_t i) { return static_cast<double>(hkl[i]); };
  return index(0) * axes.a_star_A + index(1) * axes.b_star_A + index(2) * axes.c_star_A;
}

double resolution_A(const CrystalAxes& axes, const std::array<std::int64_t, 3>& hkl) {
  return 1 / norm(lattice_point_per_A(axes, hkl));
}

}  // namespace femtobragg
