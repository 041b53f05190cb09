// How ranges, steps and counts that are given in part complete each other, by the quirks that are on.
#pragma once

#include "femtobragg/nanobragg/flags/options.h"
#include "femtobragg/nanobragg/flags/origins.h"
#include "femtobragg/nanobragg/flags/quirks.h"
#include "femtobragg/simulate/source_grid.h"

namespace femtobragg::nanobragg {

/// Spindle angles: where each step begins.
SampledRange phi_steps(const RotationScene& rotation, const QuirkSet& quirks);
/// Divergence angles.
SampledRange divergence_steps(const StepRange& steps, const QuirkSet& quirks, bool horizontal);
/// Wavelengths relative to the central one.
SampledRange dispersion_steps(const StepRange& steps, const QuirkSet& quirks);

inline bool equivalent(const SampledRange& a, const SampledRange& b) {
  return a.count == b.count && nearly_equal(a.start, b.start) && (a.count == 1 || nearly_equal(a.step, b.step));
}

/// Throws Error(Usage) for mosaic domains without a spread.
void require_mosaic_spread(const CrystalScene& crystal);

}  // namespace femtobragg::nanobragg
