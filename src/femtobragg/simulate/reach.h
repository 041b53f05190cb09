// How far an experiment's image reaches into reciprocal space.
#pragma once

#include "femtobragg/model/experiment.h"

namespace femtobragg {

/// A length (1/m) that no scattering vector of any pixel exceeds; if panels are flat, the longest one except for
/// rounding errors. This is the resolution 1/d, including the resolution limit of the experiment.
double farthest_scattering_per_m(const Experiment& experiment);

/// The finest resolution (angstrom) at which the table holds an amplitude above zero; 0: none.
double finest_listed_A(const StructureFactors& factors, const CrystalAxes& axes);

}  // namespace femtobragg
