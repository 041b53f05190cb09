// One group has several spellings: gemmi knows them.
#include "femtobragg/atoms/space_group_names.h"

#include <gemmi/symmetry.hpp>

namespace femtobragg::atoms {

bool same_space_group(const std::string& one, const std::string& other) {
  const gemmi::SpaceGroup* first = gemmi::find_spacegroup_by_name(one);
  const gemmi::SpaceGroup* second = gemmi::find_spacegroup_by_name(other);
  return first && second ? first == second : one == other;
}

}  // namespace femtobragg::atoms
