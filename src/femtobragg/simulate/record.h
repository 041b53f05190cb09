// What a detector makes of expected photons, where that is linear: the images that derivatives and refinement compare
// with measured ones.
#pragma once

#include <vector>

#include "femtobragg/model/detector.h"
#include "femtobragg/model/image.h"
#include "femtobragg/model/response.h"

#pragma GCC visibility push(default)
namespace femtobragg {

// Images are those that the panels share, n_slow x n_fast. Pixels that a mask excludes, or that no panel renders, give
// no light and record none: they stay zero. `threads`: 0 for all cores; numbers do not depend on them.

/// The photons, spread. Without a point spread they stay as they are. The operation is its own transpose.
void spread_light(std::vector<double>& photons, const Detector& detector, const PointSpread& spread, int threads = 0);

/// How spread photons change with the width of the spread, per metre of its full width at half maximum.
void spread_light_rate(std::vector<double>& photons, const Detector& detector, const PointSpread& spread,
                       int threads = 0);

/// Pixels to either side from where a pixel of the panel gets light; what comes from further is below 1e-9.
std::size_t light_reach(const PointSpread& spread, const Panel& panel);

/// Expected numbers of a detector: gain x (photons, spread) + pedestal.
std::vector<double> recorded(std::vector<double> photons, const Detector& detector, const Recording& recording,
                             int threads = 0);
/// The same of a rendered image.
Image recorded(const Image& photons, const Detector& detector, const Recording& recording, int threads = 0);

}  // namespace femtobragg
#pragma GCC visibility pop
