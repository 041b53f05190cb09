// The truth about an image: what each reflection contributes to it, computed by the code that renders it.
//
// Photons are linear in each |F|^2. So the derivative of a weighted sum of pixels with respect to |F|^2, times |F|^2,
// is that sum over the reflection's own photons: weights of one give its photons, coordinates as weights give their
// moments.
#pragma once

#include "femtobragg/model/experiment.h"
#include "femtobragg/model/truth.h"
#include "femtobragg/simulate/render.h"

namespace femtobragg {

/// Throws Error(Usage) if the image follows older programs' rules or interpolates amplitudes: such an image has no
/// truth.
void require_truth(const Experiment& experiment);

/// Removes reflections with less than `fraction` of the photons of the brightest (0 0 0 aside).
void keep_brightest(Truth& truth, double fraction);

/// All reflections with at least `fraction` of the photons of the brightest (0 0 0 aside). In a sweep of the spindle a
/// reflection that crosses the Ewald sphere twice is listed twice: the plane of beam and spindle divides the two.
/// Computed in double precision and without tolerance, whatever the request says. Throws as require_truth().
Truth truth_of(const Experiment& experiment, double fraction, const RenderRequest& request);

}  // namespace femtobragg
