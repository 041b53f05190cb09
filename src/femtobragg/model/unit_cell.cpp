// Lengths and angles.
#include "femtobragg/model/unit_cell.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/units.h"

namespace femtobragg {
namespace {

double angle_between(const Vec3d& a, const Vec3d& b) {
  return std::acos(std::clamp(dot(a, b) / (norm(a) * norm(b)), -1.0, 1.0));
}

}  // namespace

UnitCell cell_of_axes(const Vec3d& a_A, const Vec3d& b_A, const Vec3d& c_A) {
  return {norm(a_A), norm(b_A), norm(c_A), angle_between(b_A, c_A), angle_between(c_A, a_A), angle_between(a_A, b_A)};
}

UnitCell cell_of(const CrystalAxes& axes) {
  constexpr double A = angstrom_from_metres(1);
  return cell_of_axes(A * axes.a_m, A * axes.b_m, A * axes.c_m);
}

std::array<double, 6> numbers_of(const UnitCell& c) {
  return {c.a_A,
          c.b_A,
          c.c_A,
          degrees_from_radians(c.alpha_rad),
          degrees_from_radians(c.beta_rad),
          degrees_from_radians(c.gamma_rad)};
}

}  // namespace femtobragg
