// Flags that were given but change nothing in this run.
#pragma once

#include <string>
#include <vector>

#include "femtobragg/nanobragg/flags/output_selection.h"
#include "femtobragg/nanobragg/flags/quirks.h"
#include "femtobragg/nanobragg/setup/setup.h"
#include "femtobragg/nanobragg/setup/sight.h"

namespace femtobragg::nanobragg {

/// What decides whether a flag has an effect.
struct FlagFacts {
  const Setup& setup;
  const QuirkSet& quirks;
  const OutputSelection& outputs;
  const Sight& sight;
  bool by_reference;  ///< the reference backend computes
};

struct IdleFlag {
  std::string words;  ///< as they were typed
  std::string reason;
};
std::vector<IdleFlag> idle_flags(const FlagFacts& facts);

}  // namespace femtobragg::nanobragg
