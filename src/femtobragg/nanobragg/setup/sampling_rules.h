// Whether a run samples rotation, beam, crystal and pixels finely enough for its reflections.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "femtobragg/kernel/plan.h"
#include "femtobragg/nanobragg/setup/setup.h"

namespace femtobragg::nanobragg {

struct CoarseSampling {
  std::string id;    ///< the same for all of a kind
  std::string text;  ///< what is too coarse, why, and the count that would do
};

/// Nothing where all is fine.
std::vector<CoarseSampling> coarse_samplings(const Setup& setup, const kernel::Plan& plan);

}  // namespace femtobragg::nanobragg
