// Runs that take very long: how long, why, and what would make them shorter.
#pragma once

#include <optional>
#include <string>

#include "femtobragg/kernel/plan.h"
#include "femtobragg/nanobragg/setup/setup.h"
#include "femtobragg/simulate/render.h"

namespace femtobragg::nanobragg {

/// "a few milliseconds", "12 s", "3 hours"
std::string time_words(double seconds);

/// The warning about a run that is silent for long because it makes long lists first, from the numbers of the command
/// line alone; nothing for others.
std::optional<std::string> remark_on_lists(const Options& options, const QuirkSet& quirks);

/// The warning about a run that takes so long, all frames together; nothing for short ones.
std::optional<std::string> remark_on_time(const Setup& setup, const kernel::Plan& plan, double seconds);

/// The same before a run. Only where the number of terms leaves it open whether the run is short does it render a
/// sample, for about a second.
std::optional<std::string> remark_on_time(const Setup& setup, const kernel::Plan& plan, const RenderRequest& request);

}  // namespace femtobragg::nanobragg
