// Unit cell algebra with checks.
#include "femtobragg/model/unit_cell.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"

namespace femtobragg {
namespace {

double angle_between(const Vec3d& a, const Vec3d& b) {
  return std::acos(std::clamp(dot(a, b) / (norm(a) * norm(b)), -1.0, 1.0));
}

bool closes(const UnitCell& cell) {
  const auto is_angle = [](double rad) { return rad > 0 && rad < pi; };
  const bool angles = is_angle(cell.alpha_rad) && is_angle(cell.beta_rad) && is_angle(cell.gamma_rad);
  const bool edges = cell.a_A > 0 && cell.b_A > 0 && cell.c_A > 0 && std::isfinite(cell.a_A * cell.b_A * cell.c_A);
  // Flatter cells than any crystal's are rounding errors.
  return angles && edges && half_angle_product(cell) > 2.5e-10 && std::isfinite(cell_volume(cell));
}

}  // namespace

void require_closed(const UnitCell& cell) {
  if (closes(cell)) return;
  const auto n = numbers_of(cell);
  throw Error::usage({.what = "impossible unit cell: its edges and angles do not form a cell",
                      .value = format_number(n[0]) + " " + format_number(n[1]) + " " + format_number(n[2]) + " A, " +
                               format_number(n[3]) + " " + format_number(n[4]) + " " + format_number(n[5]) + " degrees",
                      .rule = "edges must be above zero, and each angle less than the sum of the others",
                      .remedy = "correct the cell"});
}

ReciprocalAxes reciprocal_axes_of_cell(const UnitCell& cell) {
  require_closed(cell);
  const double volume = cell_volume(cell);
  const auto reciprocal = reciprocal_cell(cell, volume);
  const double c_star_z = reciprocal.c * volume / (cell.a_A * cell.b_A * cell.c_A * std::sin(cell.gamma_rad));
  return reciprocal_axes(reciprocal, c_star_z);
}

RealAxes real_axes(const ReciprocalAxes& reciprocal, const UnitCell* cell) {
  Vec3d b_x_c = cross(reciprocal.b, reciprocal.c);
  Vec3d c_x_a = cross(reciprocal.c, reciprocal.a);
  Vec3d a_x_b = cross(reciprocal.a, reciprocal.b);
  double volume_star = dot(reciprocal.a, b_x_c);
  if (cell) {
    const double volume = cell_volume(*cell);
    volume_star = 1.0 / volume;
    b_x_c = b_x_c * (cell->a_A / volume / norm(b_x_c));
    c_x_a = c_x_a * (cell->b_A / volume / norm(c_x_a));
    a_x_b = a_x_b * (cell->c_A / volume / norm(a_x_b));
  }
  const double volume = 1.0 / volume_star;
  return {volume * b_x_c, volume * c_x_a, volume * a_x_b};
}

Mat3d axes_of(const UnitCell& cell) {
  const double cos_alpha = std::cos(cell.alpha_rad), cos_beta = std::cos(cell.beta_rad),
               cos_gamma = std::cos(cell.gamma_rad), sin_gamma = std::sin(cell.gamma_rad);
  const double c_y = (cos_alpha - cos_beta * cos_gamma) / sin_gamma;
  const double c_z = std::sqrt(std::max(0.0, 1 - cos_beta * cos_beta - c_y * c_y));
  return {{cell.a_A, cell.b_A * cos_gamma, cell.c_A * cos_beta},
          {0, cell.b_A * sin_gamma, cell.c_A * c_y},
          {0, 0, cell.c_A * c_z}};
}

Mat3d orientation_of(const Mat3d& reciprocal) {
  const Mat3d rows = transpose(reciprocal);
  const Vec3d x = unit(rows.row_x), z = unit(cross(rows.row_x, rows.row_y)), y = cross(z, x);
  return transpose(Mat3d{x, y, z});
}

Mat3d reciprocal_metric(const UnitCell& cell) {
  require_closed(cell);
  const double ab = cell.a_A * cell.b_A * std::cos(cell.gamma_rad), ac = cell.a_A * cell.c_A * std::cos(cell.beta_rad),
               bc = cell.b_A * cell.c_A * std::cos(cell.alpha_rad);
  return inverse(Mat3d{{cell.a_A * cell.a_A, ab, ac}, {ab, cell.b_A * cell.b_A, bc}, {ac, bc, cell.c_A * cell.c_A}});
}

UnitCell cell_of_axes(const Vec3d& a_A, const Vec3d& b_A, const Vec3d& c_A) {
  return {norm(a_A), norm(b_A), norm(c_A), angle_between(b_A, c_A), angle_between(c_A, a_A), angle_between(a_A, b_A)};
}

std::array<double, 6> numbers_of(const UnitCell& c) {
  return {c.a_A,
          c.b_A,
          c.c_A,
          degrees_from_radians(c.alpha_rad),
          degrees_from_radians(c.beta_rad),
          degrees_from_radians(c.gamma_rad)};
}

UnitCell cell_of_numbers(const std::array<double, 6>& n) {
  return {n[0], n[1], n[2], radians_from_degrees(n[3]), radians_from_degrees(n[4]), radians_from_degrees(n[5])};
}

}  // namespace femtobragg
