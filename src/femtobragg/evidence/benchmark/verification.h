// Is an image right? Some of its pixels are rendered again by the reference backend.
#pragma once

#include <cstddef>
#include <vector>

#include "femtobragg/simulate/render.h"

namespace femtobragg::evidence {

struct Verification {
  bool passed = false;
  std::size_t pixels = 0;         ///< compared
  double maximum_photons = 0;     ///< of these pixels, by the reference
  double difference_photons = 0;  ///< at the pixel that exceeds what is allowed by most, or is nearest to it
  double allowed_photons = 0;     ///< there
  std::size_t fast = 0, slow = 0;
};

/// Indices (slow x n_fast + fast) of the brightest pixel and of `count` others, ascending: the same for the same
/// image, spread evenly over the rendered pixels. All rendered pixels if there are not more than `count`.
std::vector<std::size_t> pixels_to_verify(const kernel::PanelPlan& panel, const Image& image, std::size_t count);

/// What a number type may be off, as a fraction of the brightest pixel.
double rounding_allowance(backends::NumberType type);

/// Compares with the reference backend in double precision. A pixel may be off by the allowance of the number type, by
/// one spacing of float32 at its value (both images are stored so, each rounded by half), and by the bound that the
/// rendering states for what it left out.
Verification verify(const kernel::Plan& plan, std::size_t panel, const Rendering& rendering, backends::NumberType type,
                    std::size_t count);

}  // namespace femtobragg::evidence
