// Unit cell algebra with checks.
#include "femtobragg/simulate/crystal_axes.h"

#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"

namespace femtobragg {

physics::CellParameters<double> cell_parameters(const UnitCell& cell) {
  return {cell.a_A, cell.b_A, cell.c_A, cell.alpha_rad, cell.beta_rad, cell.gamma_rad};
}

ReciprocalAxes reciprocal_axes_of_cell(const UnitCell& cell) {
  const auto parameters = cell_parameters(cell);
  const double volume = physics::cell_volume(parameters);
  const double half = 0.5 * (cell.alpha_rad + cell.beta_rad + cell.gamma_rad);
  const bool closes = std::sin(half) * std::sin(half - cell.alpha_rad) * std::sin(half - cell.beta_rad) *
                          std::sin(half - cell.gamma_rad) >
                      1e-14;
  if (!(volume > 0) || !std::isfinite(volume) || !closes || !(cell.a_A > 0 && cell.b_A > 0 && cell.c_A > 0))
    throw Error::usage({.what = "impossible unit cell",
                        .value = format_number(cell.a_A) + " " + format_number(cell.b_A) + " " +
                                 format_number(cell.c_A) + " A, " +
                                 format_number(degrees_from_radians(cell.alpha_rad)) + " " +
                                 format_number(degrees_from_radians(cell.beta_rad)) + " " +
                                 format_number(degrees_from_radians(cell.gamma_rad)) + " degrees",
                        .rule = "edges must be above zero and the angles must enclose a volume",
                        .remedy = "check the cell"});
  const auto reciprocal = physics::reciprocal_cell(parameters, volume);
  const double c_star_z = reciprocal.c * volume / (cell.a_A * cell.b_A * cell.c_A * std::sin(cell.gamma_rad));
  return physics::reciprocal_axes(reciprocal, c_star_z);
}

physics::AxisTriple<double> real_axes(const ReciprocalAxes& reciprocal, const UnitCell* cell) {
  Vec3d b_x_c = cross(reciprocal.b, reciprocal.c);
  Vec3d c_x_a = cross(reciprocal.c, reciprocal.a);
  Vec3d a_x_b = cross(reciprocal.a, reciprocal.b);
  double volume_star = dot(reciprocal.a, b_x_c);
  if (cell) {
    const double volume = physics::cell_volume(cell_parameters(*cell));
    volume_star = 1.0 / volume;
    b_x_c = b_x_c * (cell->a_A / volume / norm(b_x_c));
    c_x_a = c_x_a * (cell->b_A / volume / norm(c_x_a));
    a_x_b = a_x_b * (cell->c_A / volume / norm(a_x_b));
  }
  const double volume = 1.0 / volume_star;
  return {volume * b_x_c, volume * c_x_a, volume * a_x_b};
}

CrystalAxes crystal_axes(const ReciprocalAxes& reciprocal, const UnitCell* cell) {
  const auto real = real_axes(reciprocal, cell);
  const double volume_star =
      cell ? 1.0 / physics::cell_volume(cell_parameters(*cell)) : dot(reciprocal.a, cross(reciprocal.b, reciprocal.c));
  return {.a_m = 1e-10 * real.a,
          .b_m = 1e-10 * real.b,
          .c_m = 1e-10 * real.c,
          .a_star_A = volume_star * cross(real.b, real.c),
          .b_star_A = volume_star * cross(real.c, real.a),
          .c_star_A = volume_star * cross(real.a, real.b),
          .lengths_m = {1e-10 * norm(real.a), 1e-10 * norm(real.b), 1e-10 * norm(real.c)}};
}

}  // namespace femtobragg
