// The simplest beam, and whether a beam agrees with its sources.
#include "femtobragg/model/beam.h"

#include <algorithm>

namespace femtobragg {

bool Beam::has_central_wavelength() const {
  if (sources.empty()) return false;
  const auto [shortest, longest] = std::ranges::minmax(sources, {}, &Source::wavelength_m);
  constexpr double rounding = 1e-6;
  return wavelength_m >= shortest.wavelength_m * (1 - rounding) &&
         wavelength_m <= longest.wavelength_m * (1 + rounding);
}

Beam Beam::monochromatic(double wavelength_m, const Vec3d& direction) {
  Beam beam;
  beam.direction = direction;
  beam.wavelength_m = wavelength_m;
  beam.sources = {{-direction, wavelength_m, 1.0}};
  return beam;
}

}  // namespace femtobragg
