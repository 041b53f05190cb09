// Values in CrystFEL geometry files: numbers with units, directions, places in images.
#pragma once

#include <optional>
#include <string_view>

#include "femtobragg/base/vec3.h"

namespace femtobragg::formats {

/// A number with an optional unit.
struct GeomMeasure {
  double value = 0;
  std::string_view unit;
};
/// Nothing: the text does not begin with a finite number.
std::optional<GeomMeasure> measure_of(std::string_view text);

/// Names of places in images do not begin as numbers do.
bool is_place(std::string_view text);

/// Parses text such as "-0.99x +0.004y"; nothing if it is not of this form.
std::optional<Vec3d> direction_of(std::string_view text);

/// Wavelength of electrons accelerated by a voltage, with the relativistic correction.
double electron_wavelength_m(double volts);

}  // namespace femtobragg::formats
