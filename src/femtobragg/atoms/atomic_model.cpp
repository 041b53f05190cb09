// Symmetry of indices, the cell's axes, and the reciprocal metric.
#include "femtobragg/atoms/atomic_model.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"

namespace femtobragg::atoms {

Hkl SymmetryOperation::turned(const Hkl& hkl) const {
  Hkl result{};
  for (std::size_t column = 0; column < 3; ++column)
    for (std::size_t row = 0; row < 3; ++row) result[column] += hkl[row] * rotation[row][column];
  return result;
}

int SymmetryOperation::phase(const Hkl& hkl) const {
  std::int64_t sum = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) sum += std::int64_t{hkl[axis]} * translation[axis];
  return static_cast<int>(((sum % parts) + parts) % parts);
}

bool SpaceGroup::absent(const Hkl& hkl) const {
  return std::ranges::any_of(operations, [&](const SymmetryOperation& operation) {
    return operation.phase(hkl) != 0 && operation.turned(hkl) == hkl;
  });
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

Mat3d reciprocal_metric(const UnitCell& cell) {
  const double ab = cell.a_A * cell.b_A * std::cos(cell.gamma_rad), ac = cell.a_A * cell.c_A * std::cos(cell.beta_rad),
               bc = cell.b_A * cell.c_A * std::cos(cell.alpha_rad);
  const Mat3d metric{{cell.a_A * cell.a_A, ab, ac}, {ab, cell.b_A * cell.b_A, bc}, {ac, bc, cell.c_A * cell.c_A}};
  const double squared_volume = femtobragg::dot(metric.row_x, cross(metric.row_y, metric.row_z));
  const double box = cell.a_A * cell.b_A * cell.c_A;
  const auto is_angle = [](double rad) { return rad > 0 && rad < pi; };
  const bool angles = is_angle(cell.alpha_rad) && is_angle(cell.beta_rad) && is_angle(cell.gamma_rad);
  const bool edges = cell.a_A > 0 && cell.b_A > 0 && cell.c_A > 0 && std::isfinite(box);
  if (!(angles && edges && squared_volume > 1e-9 * box * box))
    throw Error::usage({.what = "edges and angles that close no unit cell",
                        .value = format_number(cell.a_A) + " " + format_number(cell.b_A) + " " +
                                 format_number(cell.c_A) + " " + format_number(degrees_from_radians(cell.alpha_rad)) +
                                 " " + format_number(degrees_from_radians(cell.beta_rad)) + " " +
                                 format_number(degrees_from_radians(cell.gamma_rad)),
                        .rule = "edges are above zero, and each angle is less than the sum of the others",
                        .remedy = "correct the cell"});
  return inverse(metric);
}

}  // namespace femtobragg::atoms
