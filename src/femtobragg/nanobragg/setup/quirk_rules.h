// The stages of a set-up that quirks change.
#pragma once

#include <memory>

#include "femtobragg/assemble/assembly.h"
#include "femtobragg/nanobragg/flags/quirks.h"
#include "femtobragg/nanobragg/setup/setup.h"
#include "femtobragg/nanobragg/setup/step_rules.h"

namespace femtobragg::nanobragg {

/// For QuirkLog::settle: any two results of a stage.
inline constexpr auto same_results = [](const auto& a, const auto& b) { return equivalent(a, b); };

/// A quirk is announced if its stage gives a different result without it. `strict`: how the command line is read. Setup
/// and log must outlive the rules.
std::unique_ptr<assemble::Rules> quirk_rules(const Setup& setup, QuirkLog& quirks, bool strict);

}  // namespace femtobragg::nanobragg
