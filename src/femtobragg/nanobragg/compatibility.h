// Which rules of older programs a run keeps, in the neutral words of model/sampling.h.
#pragma once

#include "femtobragg/model/experiment.h"
#include "femtobragg/nanobragg/options.h"
#include "femtobragg/nanobragg/quirks.h"

namespace femtobragg::nanobragg {

/// Sets the experiment's rules, and notes which quirks change the run. All else of the experiment must be set.
void set_compatibility(Experiment& experiment, const Options& options, QuirkLog& quirks);

}  // namespace femtobragg::nanobragg
