// What scales intensities: mosaic blocks, the fluence, and a factor on all structure factors.
#pragma once

#include <cmath>
#include <memory>

#include "femtobragg/gradients/crystal_brightness.h"
#include "femtobragg/gradients/parameter.h"

namespace femtobragg::gradients {

/// By their number at the start's block size, which is the experiment's as long as this family is set first. What is
/// kept is the volume of the crystal in the beam: with cells or cell, the number follows.
class BlocksFamily : public ParameterFamily {
 public:
  std::vector<ParameterInfo> members(const Experiment& base) const override {
    return {{.name = "blocks",
             .help = "mosaic blocks in the beam, of the size at the start; other cells or another cell change their "
                     "number further, since the crystal keeps its volume",
             .scale = 0.1 * values(base)[0],
             .lowest = 0,
             .transform = Transform::Log,
             .same_as = "fluence",
             .per_image = true,
             .moved = {"brightness"}}};
  }
  std::vector<double> values(const Experiment& base) const override { return {lit_blocks(base.crystal)}; }
  void set(Experiment& experiment, std::span<const double> values) const override {
    experiment.crystal.lit_volume_m3 = values[0] * block_volume_m3(experiment.crystal);
  }
  std::optional<std::string> why_not(const Experiment& base, std::size_t) const override {
    if (base.crystal.lit_volume_m3 > 0) return {};
    return "the crystal is one mosaic block (crystal.whole_size makes it many)";
  }
  void prepare(const Experiment&, const kernel::Plan& plan, std::size_t, kernel::PlanMotion& motion) const override {
    prepare_crystal_brightness(plan, motion);
  }
  kernel::PlanTangent tangent(const ParameterPoint& point, std::size_t) const override {
    kernel::PlanTangent tangent{};
    add_crystal_brightness(point.plan, 1 / point.values[0], tangent);
    return tangent;
  }
};

class FluenceFamily : public ParameterFamily {
 public:
  std::vector<ParameterInfo> members(const Experiment& base) const override {
    return {{.name = "fluence",
             .unit = "photons/m^2",
             .help = "incident photons per area",
             .scale = 0.1 * values(base)[0],
             .lowest = 0,
             .transform = Transform::Log,
             .per_image = true,
             .moved = {"brightness"}}};
  }
  std::vector<double> values(const Experiment& base) const override { return {base.beam.fluence_per_m2}; }
  void set(Experiment& experiment, std::span<const double> values) const override {
    experiment.beam.fluence_per_m2 = values[0];
  }
  std::optional<std::string> why_not(const Experiment& base, std::size_t) const override {
    if (base.beam.fluence_per_m2 > 0 && std::isfinite(base.beam.fluence_per_m2)) return {};
    return "the fluence is not above zero";
  }
  kernel::PlanTangent tangent(const ParameterPoint& point, std::size_t) const override {
    kernel::PlanTangent tangent{};
    tangent[kernel::slot::intensity_scale] = 1 / point.values[0];
    return tangent;
  }
};

class AmplitudeScaleFamily : public ParameterFamily {
 public:
  std::vector<ParameterInfo> members(const Experiment&) const override {
    return {{.name = "F_scale",
             .help = "factor on all structure factors",
             .scale = 0.1,
             .lowest = 0,
             .transform = Transform::Log,
             .same_as = "fluence",
             .moved = {"brightness", "structure factors"}}};
  }
  std::vector<double> values(const Experiment&) const override { return {1}; }
  void set(Experiment& experiment, std::span<const double> values) const override {
    StructureFactors scaled = *experiment.structure_factors;
    for (double& amplitude : scaled.values) amplitude *= values[0];
    scaled.default_amplitude *= values[0];
    experiment.structure_factors = std::make_shared<const StructureFactors>(std::move(scaled));
  }
  std::optional<std::string> why_not(const Experiment&, std::size_t) const override { return {}; }

  void prepare(const Experiment&, const kernel::Plan& plan, std::size_t, kernel::PlanMotion& motion) const override {
    prepare_crystal_brightness(plan, motion);
  }

  /// Photons of the crystal grow with the square of the factor, those of backgrounds not at all.
  kernel::PlanTangent tangent(const ParameterPoint& point, std::size_t) const override {
    kernel::PlanTangent tangent{};
    add_crystal_brightness(point.plan, 2 / point.values[0], tangent);
    return tangent;
  }
};

}  // namespace femtobragg::gradients
