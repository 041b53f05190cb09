// Coarse to fine: spots that are further off than they are wide do not overlap the image's; broad ones do.
#pragma once

#include <vector>

#include "femtobragg/model/experiment.h"
#include "femtobragg/refine/loss.h"
#include "femtobragg/refine/target.h"

#pragma GCC visibility push(default)
namespace femtobragg::refine {

struct Level {
  double broadening = 1;  ///< how many times wider the spots are; 1: the true model
  bool coarse = false;    ///< compared by logarithms, to fit positions only
};

/// Spots 2^levels ... 4, 2 times as wide; then true ones, by logarithms; then the full fit. Without levels only the
/// last.
std::vector<Level> schedule(int levels);

/// The levels for a start whose spots are off by so many of their widths (standard deviations).
int levels_for(double widths);

/// Standard deviation of a spot that comes from the size of the crystal's domains, 1/angstrom.
double size_sigma_per_A(const Crystal& crystal);

/// The same crystal with Gaussian spots, that many times as wide as those of its cells.
Experiment with_broad_spots(const Experiment& experiment, double broadening);

/// The width that broadening adds to a spot on the first panel, as a standard deviation in pixels.
double added_width_pixels(const Experiment& experiment, double broadening);

/// The image and its background smoothed by a Gaussian over the usable pixels, so that sharp spots look like broad
/// ones.
Target smoothed(const Target& target, const Detector& detector, double sigma_pixels);

/// The loss for broad spots: their brightness means nothing yet, and with other losses a few would outweigh all others.
Loss coarse_loss(const Target& smoothed);

/// These pixels without those closer to the direct beam than to any reflection. If no beam stop hides it, its fringes
/// are brighter than all spots, look much alike whatever the crystal does, and trap a fit next to the true orientation.
std::vector<std::uint8_t> without_direct_beam(const Experiment& experiment, std::span<const std::uint8_t> pixels);

}  // namespace femtobragg::refine
#pragma GCC visibility pop
