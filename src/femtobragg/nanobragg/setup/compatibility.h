// Which rules of older programs a run keeps, in the neutral words of model/sampling.h.
#pragma once

#include "femtobragg/model/experiment.h"
#include "femtobragg/nanobragg/flags/option_table.h"
#include "femtobragg/nanobragg/flags/quirks.h"

namespace femtobragg::nanobragg {

/// The odd values that typed numbers may lead to: older programs compute with whatever was typed.
OddValues possible_odd_values(const Options& options, const QuirkSet& quirks, Reading reading);

/// Sets the experiment's rules and the kinds of odd values that it does hold, and notes which quirks change the run.
/// All else of the experiment must be set.
void set_compatibility(Experiment& experiment, const Options& options, QuirkLog& quirks, Reading reading);

}  // namespace femtobragg::nanobragg
