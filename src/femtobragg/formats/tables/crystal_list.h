// Lists of crystals in the beam: orientation and weight on each line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/base/vec3.h"

#pragma GCC visibility push(default)
namespace femtobragg::formats {

struct ListedCrystal {
  Vec3d misset_rad;   ///< rotations about lab x, y, z, in this order
  double weight = 1;  ///< its photons over those that it would scatter alone

  friend bool operator==(const ListedCrystal&, const ListedCrystal&) = default;
};

/// Lines of three angles in degrees and, unless it is 1, a weight, separated by blanks, ',' or ';'; '#' begins a
/// comment. Throws Error(Runtime) that names the line.
std::vector<ListedCrystal> parse_crystals(std::string_view text, const std::string& name);

}  // namespace femtobragg::formats
#pragma GCC visibility pop
