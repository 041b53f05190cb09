// How ranges, steps and counts that are given in part complete each other.
#pragma once

#include <string>

#include "femtobragg/assemble/scene.h"
#include "femtobragg/simulate/source_grid.h"

namespace femtobragg::assemble {

/// How messages call a range and what divides it.
struct RangeNames {
  std::string range, step, count;

  std::string all() const;
};

/// The middles of `count` equal parts of the range about zero.
SampledRange middles(double range, std::int64_t count);
/// `count` points over the range about zero, both ends included; one point is the centre.
SampledRange between_ends(double range, std::int64_t count);
/// As many steps as there are, from a number that need not be whole. Throws Error(Usage) beyond 2^31.
std::int64_t count_of(double steps, const std::string& name);
/// Equal parts of a range that are not wider than the step.
std::int64_t parts_of(double range, double step, const std::string& name);

/// Throws Error(Usage) where range, step and count make no sense together.
void require_range(const StepRange& steps, const RangeNames& names);
void require_agreement(const StepRange& steps, const RangeNames& names);

/// Spindle angles: where each step begins. Throws Error(Usage).
SampledRange phi_steps(const RotationScene& rotation);
/// Divergence angles, or wavelengths relative to the central one: middles of equal parts, two if nothing else is said.
/// Throws Error(Usage).
SampledRange spread_steps(const StepRange& steps, const RangeNames& names);

struct SensorLayers {
  std::int64_t count = 1;
  double step_m = 0;
  double thickness_m = 0;
};
SensorLayers sensor_layers(double thickness_m, const std::optional<std::int64_t>& count, LayerRule rule);

/// Mosaic domains for a spread; one for a perfect crystal.
std::int64_t mosaic_domains(const CrystalScene& crystal);

}  // namespace femtobragg::assemble
