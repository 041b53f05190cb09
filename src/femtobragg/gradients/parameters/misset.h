// The crystal's orientation as three angles: about lab x, then y, then z, from the cell's standard setting.
#pragma once

#include "femtobragg/base/units.h"
#include "femtobragg/gradients/crystal_frame.h"
#include "femtobragg/gradients/parameter.h"
#include "femtobragg/physics/rotation.h"

namespace femtobragg::gradients {

class MissetFamily : public ParameterFamily {
 public:
  std::vector<ParameterInfo> members(const Experiment&) const override {
    std::vector<ParameterInfo> infos;
    for (const char* axis : {"x", "y", "z"})
      infos.push_back({.name = std::string("misset_") + axis,
                       .unit = "deg",
                       .help = std::string("rotation of the crystal about lab ") + axis + " (x first, then y, then z)",
                       .scale = 0.05,
                       .moves_spots = true,
                       .per_image = true,
                       .moved = {"orientation"},
                       .alike = {"turn"}});
    return infos;
  }

  std::vector<double> values(const Experiment& base) const override {
    if (is_left_handed(base.crystal.axes)) return {0, 0, 0};
    const Vec3d angles = physics::lab_axis_angles(orientation_of(base.crystal.axes));
    return {degrees_from_radians(angles.x), degrees_from_radians(angles.y), degrees_from_radians(angles.z)};
  }

  void set(Experiment& experiment, std::span<const double> values) const override {
    CrystalAxes& axes = experiment.crystal.axes;
    axes = axes.turned(about_z(values) * about_y(values) * about_x(values) * transpose(orientation_of(axes)));
  }

  std::optional<std::string> why_not(const Experiment& base, std::size_t) const override {
    if (is_left_handed(base.crystal.axes)) return "the crystal's axes are left-handed: no rotation produces them";
    return sharp_edges(base);
  }

  kernel::PlanTangent tangent(const ParameterPoint& point, std::size_t member) const override {
    // Later rotations turn the axis of an earlier one.
    const Mat3d about[] = {about_z(point.values) * about_y(point.values), about_z(point.values), Mat3d::identity()};
    const Vec3d axes[] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    return tangent_of_turn(point.experiment.crystal.axes, radians_from_degrees(1) * (about[member] * axes[member]));
  }

 private:
  static Mat3d about(const Vec3d& axis, double degrees) { return rotation_matrix(axis, radians_from_degrees(degrees)); }
  static Mat3d about_x(std::span<const double> v) { return about({1, 0, 0}, v[0]); }
  static Mat3d about_y(std::span<const double> v) { return about({0, 1, 0}, v[1]); }
  static Mat3d about_z(std::span<const double> v) { return about({0, 0, 1}, v[2]); }
};

}  // namespace femtobragg::gradients
