// Numbers, units and directions out of words.
#include "femtobragg/formats/geometry/geom_values.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"

namespace femtobragg::formats {

std::optional<GeomMeasure> measure_of(std::string_view text) {
  const auto number = number_prefix(text);
  if (number.length == 0 || !std::isfinite(number.value)) return {};
  return GeomMeasure{number.value, trimmed(text.substr(number.length))};
}

bool is_place(std::string_view text) { return text.find_first_of("0123456789+-.") != 0; }

double electron_wavelength_m(double volts) {
  // h^2 / (2 m e) in A^2 V, and e / (2 m c^2) in 1/V.
  return metres_from_angstrom(std::sqrt(150.41278 / (volts * (1 + 9.784756e-7 * volts))));
}

std::optional<Vec3d> direction_of(std::string_view text) {
  Vec3d v;
  const auto skip_blanks = [&] { text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size())); };
  skip_blanks();
  while (!text.empty()) {
    double factor = 1;
    while (!text.empty() && (text[0] == '+' || text[0] == '-')) {
      if (text[0] == '-') factor = -factor;
      text.remove_prefix(1);
      skip_blanks();
    }
    const std::size_t digits = std::min(text.find_first_not_of("0123456789.eE-+"), text.size());
    if (digits > 0) {
      const auto number = parse_number(text.substr(0, digits));
      if (!number || !std::isfinite(*number)) return {};
      factor *= *number;
      text.remove_prefix(digits);
      skip_blanks();
    }
    if (text.empty()) return {};
    double* const component = text[0] == 'x' ? &v.x : text[0] == 'y' ? &v.y : text[0] == 'z' ? &v.z : nullptr;
    if (!component) return {};
    *component += factor;
    text.remove_prefix(1);
    skip_blanks();
  }
  return v;
}

}  // namespace femtobragg::formats
