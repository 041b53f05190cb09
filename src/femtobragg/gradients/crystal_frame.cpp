// Orientation matrices of crystals, and turns.
#include "femtobragg/gradients/crystal_frame.h"

#include "femtobragg/base/units.h"
#include "femtobragg/physics/lattice_factor/shapes.h"

namespace femtobragg::gradients {
namespace {

Mat3d columns(const Vec3d& a, const Vec3d& b, const Vec3d& c) { return transpose(Mat3d{a, b, c}); }

}  // namespace

Mat3d orientation_of(const CrystalAxes& axes) {
  const Vec3d a = angstrom_from_metres(axes.a_m), b = angstrom_from_metres(axes.b_m),
              c = angstrom_from_metres(axes.c_m);
  const RealAxes standard = real_axes(reciprocal_axes_of_cell(cell_of_axes(a, b, c)), nullptr);
  return columns(a, b, c) * inverse(columns(standard.a, standard.b, standard.c));
}

bool is_left_handed(const CrystalAxes& axes) { return triple_product(axes.a_m, axes.b_m, axes.c_m) < 0; }

void put(kernel::PlanTangent& tangent, std::size_t slot, const Vec3d& rate) {
  tangent[slot] = rate.x;
  tangent[slot + 1] = rate.y;
  tangent[slot + 2] = rate.z;
}

kernel::PlanTangent tangent_of_turn(const CrystalAxes& axes, const Vec3d& turn) {
  kernel::PlanTangent tangent{};
  put(tangent, kernel::slot::a, cross(turn, axes.a_m));
  put(tangent, kernel::slot::b, cross(turn, axes.b_m));
  put(tangent, kernel::slot::c, cross(turn, axes.c_m));
  return tangent;
}

std::optional<std::string> sharp_edges(const Experiment& experiment) {
  if (!physics::shape_info(experiment.crystal.shape).has_edges) return {};
  return "spots of this crystal shape have a sharp edge, so pixels change abruptly";
}

}  // namespace femtobragg::gradients
