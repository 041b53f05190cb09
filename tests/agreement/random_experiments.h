// Random experiments of every kind that a plan can express, for comparing backends with each other.
#pragma once

#include <cstdint>

#include "femtobragg/model/experiment.h"

namespace femtobragg::tests {

/// The experiment of a seed: the same on every machine. It has one small panel, and a reflection in diffracting
/// position at one of its pixels, so that images are not dark.
Experiment random_experiment(std::uint64_t seed);

}  // namespace femtobragg::tests
