// Flags that were given but change nothing in this run.
#pragma once

#include <string>
#include <vector>

#include "femtobragg/nanobragg/outputs.h"
#include "femtobragg/nanobragg/quirks.h"
#include "femtobragg/nanobragg/scene.h"
#include "femtobragg/nanobragg/sight.h"

namespace femtobragg::nanobragg {

/// What decides whether a flag has an effect.
struct FlagFacts {
  const Scene& scene;
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
