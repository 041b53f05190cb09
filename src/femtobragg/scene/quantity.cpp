// Units are tried in turn; the last one of each dimension is that of the library and loses nothing.
#include "femtobragg/scene/quantity.h"

#include <cmath>
#include <optional>

#include "femtobragg/base/text.h"

namespace femtobragg::scene {
namespace {

/// A number that the unit turns into `base`, with few digits if there is one.
std::optional<double> found_in(const Unit& unit, double base) {
  const double near = unit.from_base(base);
  for (int digits = 1; digits <= 17; ++digits)
    if (const auto shorter = parse_number(format_number(near, digits)); shorter && unit.to_base(*shorter) == base)
      return shorter;
  // Rounding may have gone the other way twice.
  double below = near, above = near;
  for (int i = 0; i < 4; ++i) {
    below = std::nextafter(below, -HUGE_VAL);
    above = std::nextafter(above, HUGE_VAL);
    for (const double candidate : {below, above})
      if (unit.to_base(candidate) == base) return candidate;
  }
  return {};
}

std::optional<NumberList> all_in(const Unit& unit, const NumberList& base) {
  NumberList numbers;
  for (const double x : base) {
    const std::optional<double> found = found_in(unit, x);
    if (!found) return {};
    numbers.push_back(*found);
  }
  return numbers;
}

}  // namespace

Quantity in_unit(const NumberList& base, Units units) {
  for (const Unit& unit : units)
    if (std::optional<NumberList> numbers = all_in(unit, base)) return {&unit, std::move(*numbers)};
  return {nullptr, base};
}

std::string key_of(std::string_view name, const Unit* unit) {
  std::string key(name);
  if (unit) key += "_" + std::string(unit->suffix);
  return key;
}

}  // namespace femtobragg::scene
