// A minimum within bounds, with an optimiser that only cuts off what a step takes beyond them.
//
// Such an optimiser stalls. Where the true minimum is beyond a bound, each step is cut off there, but the other
// coordinates move as if it had not been: the cost hardly falls, and the search looks finished far from the minimum. So
// a coordinate whose steps keep being cut off is held at its bound (the active set: Nocedal and Wright, Numerical
// Optimization, 2006, section 16.5), the others are minimised, and it is released if the cost falls inwards.
#pragma once

#include "femtobragg/optimiser/sum_of_squares.h"

namespace femtobragg::refine {

using Optimiser = void (*)(const optimiser::SumOfSquares& problem, optimiser::Minimum& minimum);

/// Like the optimiser, which it calls once or more; steps are numbered through. Converged: no coordinate within its
/// bounds can move and lower the cost by more than the tolerance.
void minimise_within_bounds(const optimiser::SumOfSquares& problem, Optimiser optimise, optimiser::Minimum& minimum);

}  // namespace femtobragg::refine
