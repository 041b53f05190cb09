// How long a rendering will take on this machine, and how bright it will be: learned from a sample of its pixels.
#pragma once

#include <cstdint>
#include <optional>

#include "femtobragg/kernel/plan.h"
#include "femtobragg/simulate/render.h"

namespace femtobragg::nanobragg {

struct Calibration {
  std::uint64_t pixels = 0;      ///< that were rendered, of those that a run renders
  double evaluations = 0;        ///< that this took
  double seconds = 0;            ///< that this took
  double expected_seconds = 0;   ///< for the whole run
  bool at_most = false;          ///< with a tolerance: a sample skips a smaller fraction than the run will
  double brightest_photons = 0;  ///< among the rendered pixels
  double expected_photons = 0;   ///< on the whole image
};

/// What is done with the pixels of a sample.
enum class SampleWork {
  Render,
  TellReflections,  ///< nothing is known of photons then
};

/// Renders samples of the panels, larger and larger, for about that time; all of them if that is so quick. Nothing
/// without pixels to render, time, or memory for the image.
std::optional<Calibration> calibrate(const kernel::Plan& plan, const RenderRequest& request, double budget_s,
                                     SampleWork work = SampleWork::Render);

}  // namespace femtobragg::nanobragg
