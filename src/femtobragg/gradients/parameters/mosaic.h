// The mosaic spread of the domains that were drawn: all their tilts grow together.
#pragma once

#include "femtobragg/base/units.h"
#include "femtobragg/gradients/crystal_frame.h"
#include "femtobragg/gradients/parameter.h"
#include "femtobragg/physics/rotation_vector.h"

namespace femtobragg::gradients {

class MosaicFamily : public ParameterFamily {
 public:
  std::vector<ParameterInfo> members(const Experiment& base) const override {
    return {{.name = "mosaic_spread",
             .unit = "deg",
             .help = "largest tilt of the mosaic domains, which keep their axes",
             .scale = base.crystal.mosaic_spread_rad > 0 ? 0.1 * values(base)[0] : 0.01,
             .lowest = 0,
             .transform = Transform::Log}};
  }
  std::vector<double> values(const Experiment& base) const override {
    return {degrees_from_radians(base.crystal.mosaic_spread_rad)};
  }

  void set(Experiment& experiment, std::span<const double> values) const override {
    Crystal& crystal = experiment.crystal;
    const double spread = radians_from_degrees(values[0]), growth = spread / crystal.mosaic_spread_rad;
    for (Mat3d& rotation : crystal.mosaic_rotations)
      rotation = physics::rotation_by(growth * physics::vector_of_rotation(rotation));
    crystal.mosaic_spread_rad = spread;
  }

  std::optional<std::string> why_not(const Experiment& base, std::size_t) const override {
    if (base.crystal.mosaic_rotations.empty() || !(base.crystal.mosaic_spread_rad > 0))
      return "the crystal has no mosaic spread";
    return sharp_edges(base);
  }

  void prepare(const Experiment& experiment, const kernel::Plan& plan, std::size_t,
               kernel::PlanMotion& motion) const override {
    const Crystal& crystal = experiment.crystal;
    std::vector<Vec3d> domains;
    for (const Mat3d& rotation : crystal.mosaic_rotations)
      domains.push_back(physics::vector_of_rotation(rotation) / crystal.mosaic_spread_rad);
    for (std::size_t phi = 0; phi < plan.phi_rad.size(); ++phi)
      motion.twist.insert(motion.twist.end(), domains.begin(), domains.end());
  }

  kernel::PlanTangent tangent(const ParameterPoint&, std::size_t) const override {
    kernel::PlanTangent tangent{};
    tangent[kernel::slot::twist] = radians_from_degrees(1);
    return tangent;
  }
};

}  // namespace femtobragg::gradients
