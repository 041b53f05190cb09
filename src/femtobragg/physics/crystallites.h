// Rings of a powder that has so few crystallites that each of their reflections shows.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "femtobragg/base/device.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/vec3.h"

namespace femtobragg::physics {

/// Reflections of all crystallites with one 1/d and one structure factor, near the sphere of reflection.
struct PowderRing {
  double g_per_m = 0;                   ///< 1/d
  double sharpness = 0;                 ///< of the von Mises-Fisher distribution of a reflection about its direction
  double intensity = 0;                 ///< of each reflection at its peak, in the unit of the profile
  const std::uint32_t* bins = nullptr;  ///< first direction of each sector, and the end of the last one
};

/// Unit vectors to the reflections are sorted by sectors about an axis, one after the other from across_u towards
/// across_v. Each is in every sector that it reaches.
struct PowderRings {
  const PowderRing* rings = nullptr;  ///< by rising g_per_m; null: there are none
  std::size_t count = 0;
  const Vec3d* directions = nullptr;  ///< to reflections
  double sigma_per_m = 0;             ///< of a reflection in 1/d: a Gaussian
  Vec3d across_u, across_v;
  std::size_t sectors = 1;
};

/// Standard deviations beyond which a reflection counts as dark: 6e-7 of its light.
inline constexpr double reflection_reach = 5;

/// Sharpness of a distribution about a direction whose mean over the sphere is one at a factor of
/// mean_one_factor(): close to a Gaussian of that standard deviation (R. A. Fisher, Proc. R. Soc. A 217 (1953) 295).
FB_HD inline double sharpness_of(double deviation_rad) { return 1 / (deviation_rad * deviation_rad); }
FB_HD inline double mean_one_factor(double sharpness) { return 2 * sharpness / -std::expm1(-2 * sharpness); }

/// Which sector a vector points to.
FB_HD inline std::size_t sector_of(const PowderRings& rings, const Vec3d& v) {
  const double turn = std::atan2(dot(v, rings.across_v), dot(v, rings.across_u)) / (2 * pi);
  const auto sector = static_cast<std::size_t>((turn < 0 ? turn + 1 : turn) * static_cast<double>(rings.sectors));
  return sector < rings.sectors ? sector : rings.sectors - 1;
}

/// The sum over reflections of Gaussian in |q| x distribution of the direction, at a scattering vector (1/m, 1/d long).
FB_HD inline double powder_intensity(const PowderRings& rings, const Vec3d& q_per_m) {
  const double g = norm(q_per_m);
  if (!(g > 0) || !rings.rings) return 0;
  const Vec3d direction = q_per_m / g;
  const double reach = reflection_reach * rings.sigma_per_m;
  std::size_t ring = 0;
  for (std::size_t steps = rings.count; steps > 0;) {
    const std::size_t half = steps / 2;
    const bool below = rings.rings[ring + half].g_per_m < g - reach;
    ring = below ? ring + half + 1 : ring;
    steps = below ? steps - half - 1 : half;
  }
  if (ring == rings.count || rings.rings[ring].g_per_m > g + reach) return 0;
  const std::size_t sector = sector_of(rings, direction);
  double sum = 0;
  for (; ring < rings.count && rings.rings[ring].g_per_m <= g + reach; ++ring) {
    const PowderRing& one = rings.rings[ring];
    double along = 0;
    for (std::uint32_t i = one.bins[sector]; i < one.bins[sector + 1]; ++i) {
      const Vec3d apart = direction - rings.directions[i];
      const double exponent = 0.5 * one.sharpness * dot(apart, apart);
      if (exponent < 0.5 * reflection_reach * reflection_reach) along += std::exp(-exponent);
    }
    if (along == 0) continue;
    const double off = (g - one.g_per_m) / rings.sigma_per_m;
    sum += one.intensity * along * std::exp(-0.5 * off * off);
  }
  return sum;
}

}  // namespace femtobragg::physics
