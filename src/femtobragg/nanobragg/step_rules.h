// How ranges, steps and counts that are given in part complete each other.
#pragma once

#include "femtobragg/nanobragg/options.h"
#include "femtobragg/nanobragg/origins.h"
#include "femtobragg/nanobragg/quirks.h"
#include "femtobragg/simulate/source_grid.h"

namespace femtobragg::nanobragg {

/// Spindle angles: where each step begins.
SampledRange phi_steps(const CrystalOptions& options, const QuirkSet& quirks);
/// Divergence angles; `flag` names the axis in messages.
SampledRange divergence_steps(const StepOptions& options, const QuirkSet& quirks, const char* flag);
/// Wavelengths relative to the central one.
SampledRange dispersion_steps(const StepOptions& options, const QuirkSet& quirks);

inline bool equivalent(const SampledRange& a, const SampledRange& b) {
  return a.count == b.count && nearly_equal(a.start, b.start) && (a.count == 1 || nearly_equal(a.step, b.step));
}

struct SensorLayers {
  std::int64_t count = 1;
  double step_m = 0;
  double thickness_m = 0;
};
SensorLayers sensor_layers(double thickness_m, const std::optional<std::int64_t>& count, const QuirkSet& quirks);

/// Throws Error(Usage) for a number of layers without a thickness, or of domains without a spread.
void require_what_counts_divide(const Options& options, const Origins& origins);

/// Mosaic domains for a spread; one for a perfect crystal.
std::int64_t mosaic_domains(const CrystalOptions& options);

}  // namespace femtobragg::nanobragg
