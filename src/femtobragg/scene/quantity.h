// NumberList with their unit in the key: which one is written such that it is read back to the last bit.
#pragma once

#include <string>

#include "femtobragg/scene/units.h"
#include "femtobragg/scene/value.h"

namespace femtobragg::scene {

struct Quantity {
  const Unit* unit = nullptr;  ///< null: a bare number
  NumberList numbers;          ///< in that unit
};

/// The first unit in which all numbers come back to the last bit, with as few digits as do.
Quantity in_unit(const NumberList& base, Units units);

/// "distance" and mm are "distance_mm".
std::string key_of(std::string_view name, const Unit* unit);

}  // namespace femtobragg::scene
