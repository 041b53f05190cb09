// Checks that atoms do not overlap.
#pragma once

#include <string>
#include <vector>

#include "femtobragg/atoms/atomic_model.h"

namespace femtobragg::atoms {

/// Warns of atoms that symmetry maps onto themselves although they count as whole, of other sites that are occupied
/// more than once, and of atoms closer than their radii allow. Alternates of each other may be close.
void check_neighbours(AtomicModel& model);

/// Alternative positions of one atom or group of atoms; each copy of the crystal has one of them.
struct Alternates {
  std::string label;  ///< name for messages
  double occupancy = 0;
};

/// Warns if their occupancies add up to more than one.
void check_alternates(const std::vector<Alternates>& alternates, AtomicModel& model);

}  // namespace femtobragg::atoms
