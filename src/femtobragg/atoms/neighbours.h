// Whether atoms leave each other room.
#pragma once

#include <string>
#include <vector>

#include "femtobragg/atoms/atomic_model.h"

namespace femtobragg::atoms {

/// Warns of atoms that symmetry puts on themselves though they are counted whole, of others whose places are taken more
/// than once, and of atoms closer than their radii allow. Alternates of each other may be close.
void check_neighbours(AtomicModel& model);

/// Places of one atom, or of one group of atoms, of which a copy of the crystal has one.
struct Alternates {
  std::string label;  ///< for the message
  double occupancy = 0;
};

/// Warns of those whose occupancies add up to more than one.
void check_alternates(const std::vector<Alternates>& alternates, AtomicModel& model);

}  // namespace femtobragg::atoms
