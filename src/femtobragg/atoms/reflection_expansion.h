// Inside reflection_file: from the reflections of a file to all of P1.
#pragma once

#include "femtobragg/atoms/reflection_file.h"

namespace femtobragg::atoms {

struct ListedReflection {
  Hkl hkl{};
  std::optional<double> amplitude, mate;  ///< mate: of -h -k -l
};

struct ListedReflections {
  UnitCell cell;
  SpaceGroup space_group;
  std::vector<ListedReflection> list;
  std::string description;  ///< of the columns
};

ReflectionFile expanded(const ListedReflections& listed, const std::string& name, double default_amplitude);

}  // namespace femtobragg::atoms
