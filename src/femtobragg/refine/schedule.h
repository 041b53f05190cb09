// Coarse to fine: spots that are further off than they are wide meet nothing of the image; broad ones do.
#pragma once

#include <vector>

#include "femtobragg/model/experiment.h"
#include "femtobragg/refine/loss.h"
#include "femtobragg/refine/target.h"

namespace femtobragg::refine {

/// How many times wider the spots are at each coarse level: 2^levels ... 4, 2. The model itself comes after them.
std::vector<double> broadenings(int levels);

/// The same crystal with Gaussian spots, that many times as wide as those of its cells.
Experiment with_broad_spots(const Experiment& experiment, double broadening);

/// What broadening adds to the width of a spot on the first panel, as a standard deviation in pixels.
double added_width_pixels(const Experiment& experiment, double broadening);

/// The image smoothed by a Gaussian over its usable pixels: so that sharp spots look like broad ones.
Target smoothed(const Target& target, const Detector& detector, double sigma_pixels);

/// What broad spots are compared with: how bright a spot is tells nothing yet, and a few would outweigh all others.
Loss coarse_loss(const Target& smoothed);

/// Whether a parameter moves spots. Those that only change how bright or wide they are wait for the true model.
bool moves_spots(const std::string& parameter);

}  // namespace femtobragg::refine
