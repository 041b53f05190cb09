// Values in CrystFEL's geometry files: numbers with units, directions, places in images.
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

/// Such as "-0.99x +0.004y"; nothing where the text is no such thing.
std::optional<Vec3d> direction_of(std::string_view text);

/// Of electrons that a voltage has accelerated, with the relativistic correction.
double electron_wavelength_m(double volts);

}  // namespace femtobragg::formats
