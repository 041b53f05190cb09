// The size of a mosaic domain, in unit cells along each axis; it need not be whole.
#pragma once

#include "femtobragg/gradients/crystal_brightness.h"
#include "femtobragg/gradients/parameter.h"
#include "femtobragg/physics/lattice_factor/shapes.h"

namespace femtobragg::gradients {

class DomainSizeFamily : public ParameterFamily {
 public:
  std::vector<ParameterInfo> members(const Experiment& base) const override {
    std::vector<ParameterInfo> infos;
    const char* axes[] = {"a", "b", "c"};
    for (std::size_t i = 0; i < 3; ++i)
      infos.push_back({.name = std::string("cells_") + axes[i],
                       .help = std::string("unit cells along ") + axes[i] + " in a mosaic domain",
                       .scale = 0.01 * base.crystal.cells[i],
                       .lowest = 1,
                       .transform = Transform::Log});
    return infos;
  }
  std::vector<double> values(const Experiment& base) const override {
    const auto& cells = base.crystal.cells;
    return {cells[0], cells[1], cells[2]};
  }
  void set(Experiment& experiment, std::span<const double> values) const override {
    experiment.crystal.cells = {values[0], values[1], values[2]};
  }

  std::optional<std::string> why_not(const Experiment& base, std::size_t member) const override {
    const Crystal& crystal = base.crystal;
    const physics::ShapeInfo& shape = physics::shape_info(crystal.shape);
    if (shape.has_edges) return "spots of this crystal shape have a sharp edge";
    if (shape.by_axes && !(crystal.cells[member] > 1)) return "a single cell along this axis has no separate spots";
    return {};
  }

  void prepare(const Experiment& experiment, const kernel::Plan& plan, std::size_t,
               kernel::PlanMotion& motion) const override {
    motion.cells = true;
    prepare_block_volume(experiment, plan, motion);
  }
  kernel::PlanTangent tangent(const ParameterPoint& point, std::size_t member) const override {
    kernel::PlanTangent tangent{};
    tangent[kernel::slot::cells + member] = 1;
    add_block_volume(point, 1 / point.values[member], tangent);
    return tangent;
  }
};

}  // namespace femtobragg::gradients
