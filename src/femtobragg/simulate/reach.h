// How far into reciprocal space an experiment's image reaches.
#pragma once

#include "femtobragg/model/experiment.h"

namespace femtobragg {

/// A length (1/m) that no scattering vector of any pixel exceeds, the longest one but for rounding errors where panels
/// are flat: resolution 1/d, with the resolution limit of the experiment.
double farthest_scattering_per_m(const Experiment& experiment);

/// The finest resolution (angstrom) at which the table holds an amplitude above zero; 0: none.
double finest_listed_A(const StructureFactors& factors, const CrystalAxes& axes);

}  // namespace femtobragg
