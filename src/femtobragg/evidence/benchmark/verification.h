// Checks whether an image is correct: the reference backend renders some of its pixels again.
#pragma once

#include <cstddef>
#include <vector>

#include "femtobragg/simulate/render.h"

namespace femtobragg::evidence {

struct Verification {
  bool passed = false;
  std::size_t pixels = 0;         ///< compared
  double maximum_photons = 0;     ///< brightest of these pixels, by the reference
  double difference_photons = 0;  ///< at the pixel that exceeds its allowance by most, or comes closest to it
  double allowed_photons = 0;     ///< allowance at that pixel
  std::size_t fast = 0, slow = 0;
};

/// Indices (slow x n_fast + fast) of the brightest pixel and of `count` others in ascending order: the same for the
/// same image, and spread evenly over the rendered pixels. All rendered pixels if there are not more than `count`.
std::vector<std::size_t> pixels_to_verify(const kernel::PanelPlan& panel, const Image& image, std::size_t count);

/// Allowed error of a number type, as a fraction of the brightest pixel.
double rounding_allowance(backends::NumberType type);

/// Compares with the reference backend in double precision. The allowed error of a pixel is the allowance of the number
/// type, plus one spacing of float32 at its value (both images are stored in float32, each rounded by half a spacing),
/// plus the bound that the rendering states for skipped work.
Verification verify(const kernel::Plan& plan, std::size_t panel, const Rendering& rendering, backends::NumberType type,
                    std::size_t count);

}  // namespace femtobragg::evidence
