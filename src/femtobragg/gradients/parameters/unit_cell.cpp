// Cells by their six numbers; derivatives of the axes by dual numbers through the cell's own formulas.
#include "femtobragg/gradients/parameters/unit_cell.h"

#include "femtobragg/base/dual.h"
#include "femtobragg/base/units.h"
#include "femtobragg/gradients/crystal_brightness.h"
#include "femtobragg/gradients/crystal_frame.h"

namespace femtobragg::gradients {
namespace {

UnitCell cell_from(std::span<const double> v) {
  return {v[0], v[1], v[2], radians_from_degrees(v[3]), radians_from_degrees(v[4]), radians_from_degrees(v[5])};
}

/// Real axes (angstrom) with a* along lab x and b* in the x-y plane, so that c lies along z.
template <class T>
AxisTriple<T, Space::Real> standard_axes(const UnitCellOf<T>& cell) {
  const T volume = cell_volume(cell);
  const ReciprocalAxesOf<T> star = reciprocal_axes(reciprocal_cell(cell, volume), T(1) / cell.c_A);
  return {volume * cross(star.b, star.c), volume * cross(star.c, star.a), volume * cross(star.a, star.b)};
}

using D = Dual<double, 1>;

/// In metres, turned like the crystal.
Vec3d rate_of(const Vec3<D>& axis, const Mat3d& orientation) {
  return metres_from_angstrom(1) * (orientation * Vec3d{axis.x.rates[0], axis.y.rates[0], axis.z.rates[0]});
}

}  // namespace

std::vector<ParameterInfo> UnitCellFamily::members(const Experiment& base) const {
  const std::vector<double> start = values(base);
  std::vector<ParameterInfo> infos;
  const char* edges[] = {"a", "b", "c"};
  for (std::size_t i = 0; i < 3; ++i)
    infos.push_back({.name = std::string("cell_") + edges[i],
                     .unit = "A",
                     .help = std::string("edge ") + edges[i] + " of the unit cell",
                     .scale = 1e-3 * start[i],
                     .lowest = 0,
                     .transform = Transform::Log,
                     .moves_spots = true,
                     .alike = {"scale"}});
  for (const char* angle : {"alpha", "beta", "gamma"})
    infos.push_back({.name = std::string("cell_") + angle,
                     .unit = "deg",
                     .help = std::string("angle ") + angle + " of the unit cell",
                     .scale = 0.1,
                     .lowest = 0,
                     .highest = 180,
                     .moves_spots = true});
  return infos;
}

std::vector<double> UnitCellFamily::values(const Experiment& base) const {
  const auto numbers = numbers_of(cell_of(base.crystal.axes));
  return {numbers.begin(), numbers.end()};
}

void UnitCellFamily::set(Experiment& experiment, std::span<const double> values) const {
  const Mat3d orientation = orientation_of(experiment.crystal.axes);
  const UnitCell cell = cell_from(values);
  experiment.crystal.axes = CrystalAxes::from_cell(cell, orientation);
}

std::optional<std::string> UnitCellFamily::why_not(const Experiment& base, std::size_t) const {
  return sharp_edges(base);
}

void UnitCellFamily::prepare(const Experiment& experiment, const kernel::Plan& plan, std::size_t,
                             kernel::PlanMotion& motion) const {
  prepare_block_volume(experiment, plan, motion);
}

kernel::PlanTangent UnitCellFamily::tangent(const ParameterPoint& point, std::size_t member) const {
  const UnitCell number = cell_from(point.values);
  UnitCellOf<D> cell{number.a_A, number.b_A, number.c_A, number.alpha_rad, number.beta_rad, number.gamma_rad};
  D* const members[] = {&cell.a_A, &cell.b_A, &cell.c_A, &cell.alpha_rad, &cell.beta_rad, &cell.gamma_rad};
  members[member]->rates[0] = member < 3 ? 1.0 : radians_from_degrees(1);

  const auto axes = standard_axes(cell);
  const Mat3d orientation = orientation_of(point.experiment.crystal.axes);
  kernel::PlanTangent tangent{};
  put(tangent, kernel::slot::a, rate_of(axes.a, orientation));
  put(tangent, kernel::slot::b, rate_of(axes.b, orientation));
  put(tangent, kernel::slot::c, rate_of(axes.c, orientation));
  const D volume = cell_volume(cell);
  add_block_volume(point, volume.rates[0] / volume.value, tangent);
  return tangent;
}

}  // namespace femtobragg::gradients
