// The crystal's orientation as a rotation vector from where it is: no angle of it is special.
#pragma once

#include "femtobragg/base/units.h"
#include "femtobragg/gradients/crystal_frame.h"
#include "femtobragg/gradients/parameter.h"
#include "femtobragg/physics/rotation_vector.h"

namespace femtobragg::gradients {

class OrientationFamily : public ParameterFamily {
 public:
  std::vector<ParameterInfo> members(const Experiment&) const override {
    std::vector<ParameterInfo> infos;
    for (const char* axis : {"x", "y", "z"})
      infos.push_back({.name = std::string("rotation_") + axis,
                       .unit = "deg",
                       .help = std::string("component along lab ") + axis +
                               " of the rotation vector of the crystal, from its current orientation",
                       .scale = 0.05,
                       .same_as = "misset",
                       .moves_spots = true,
                       .per_image = true,
                       .moved = {"orientation"},
                       .alike = {"turn"}});
    return infos;
  }

  std::vector<double> values(const Experiment&) const override { return {0, 0, 0}; }

  void set(Experiment& experiment, std::span<const double> values) const override {
    CrystalAxes& axes = experiment.crystal.axes;
    axes = axes.turned(physics::rotation_by(vector_of(values)));
  }

  std::optional<std::string> why_not(const Experiment& base, std::size_t) const override { return sharp_edges(base); }

  kernel::PlanTangent tangent(const ParameterPoint& point, std::size_t member) const override {
    const Mat3d turns = transpose(physics::left_jacobian(vector_of(point.values)));
    const Vec3d turn[] = {turns.row_x, turns.row_y, turns.row_z};
    return tangent_of_turn(point.experiment.crystal.axes, radians_from_degrees(1) * turn[member]);
  }

 private:
  static Vec3d vector_of(std::span<const double> degrees) {
    return radians_from_degrees(1) * Vec3d{degrees[0], degrees[1], degrees[2]};
  }
};

}  // namespace femtobragg::gradients
