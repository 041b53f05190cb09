// Several crystals in the beam: each by itself is an experiment that can be rendered.
#pragma once

#include <cstddef>

#include "femtobragg/model/experiment.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// Crystals in the beam.
std::size_t lattice_count(const Experiment& experiment);

/// The experiment with one of its crystals, counted from 0, and with its backgrounds. Its images add up to that of the
/// experiment if only one of them has backgrounds: see without_backgrounds().
Experiment with_one_lattice(Experiment experiment, std::size_t lattice);

Experiment without_backgrounds(Experiment experiment);

/// Throws Error(Usage) if several crystals are in the beam.
void require_one_lattice(const Experiment& experiment);

}  // namespace femtobragg
#pragma GCC visibility pop
