// The simplest beam, and whether a beam agrees with its sources.
#include "femtobragg/model/beam.h"

#include <algorithm>
#include <numbers>

namespace femtobragg {

double central_fluence(BeamProfile profile) {
  // 1 / (2 pi sigma^2), with a full width of 2 sqrt(2 ln 2) sigma = 1.
  return profile == BeamProfile::Gaussian ? 4 * std::numbers::ln2 / std::numbers::pi : 1;
}

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
