// The truth about an image: what each reflection contributes to it, computed by the code that renders it.
#pragma once

#include "femtobragg/model/experiment.h"
#include "femtobragg/model/truth.h"
#include "femtobragg/simulate/render.h"
#include "femtobragg/simulate/simulation.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// Throws Error(Usage) if the image follows older programs' rules or interpolates amplitudes: such an image has no
/// truth.
void require_truth(const Experiment& experiment);

/// Removes reflections with less than `fraction` of the photons of the brightest (0 0 0 aside).
void keep_brightest(Truth& truth, double fraction);

/// All reflections with at least `fraction` of the photons of the brightest (0 0 0 aside). In a sweep of the spindle a
/// reflection that crosses the Ewald sphere twice is listed twice: the plane of beam and spindle divides the two.
/// Computed in double precision, with the tolerance of `prepared`: the experiment's plan, which has best rendered the
/// image before. Throws as require_truth().
Truth truth_of(const Experiment& experiment, backends::Prepared& prepared, double fraction,
               const backends::Watch& watch = {});
/// Of all crystals in the beam, whose image is `image`: it has the photons under each spot, of whatever crystal.
Truth truth_of(const Simulation& simulation, const Image& image, double fraction, const backends::Watch& watch = {});
/// Of one crystal, where there is no image.
Truth truth_of(const Experiment& experiment, double fraction, const RenderRequest& request);

}  // namespace femtobragg
#pragma GCC visibility pop
