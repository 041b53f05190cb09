// Light that goes through matter: paths, and what is left of it by Beer and Lambert's law, exp(-mu path). No photon
// that was scattered out of its way comes back.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "femtobragg/base/lane.h"
#include "femtobragg/base/vec3.h"

namespace femtobragg::physics {

/// Everything between two planes square to the beam.
struct MatterLayer {
  double from_m = 0, to_m = 0;  ///< along the beam; from minus infinity: it fills all space up to its end
  double attenuation_per_m = 0;
};

/// The part of the straight way between two points that is in a layer. `along`: unit vector of the beam.
FB_HD inline double path_in_layer_m(const MatterLayer& layer, const Vec3d& along, const Vec3d& from_m,
                                    const Vec3d& to_m) {
  const double length = norm(to_m - from_m), begin = dot(from_m, along), rise = dot(to_m, along) - begin;
  if (rise == 0) return begin >= layer.from_m && begin < layer.to_m ? length : 0;
  // As fractions of the way.
  const double first = (layer.from_m - begin) / rise, last = (layer.to_m - begin) / rise;
  const double enters = std::max(0.0, std::min(first, last)), leaves = std::min(1.0, std::max(first, last));
  return length * std::max(0.0, leaves - enters);
}

/// (1 - exp(-x)) / x, also for small x of either sign.
FB_HD inline double mean_of_decay(double x) { return std::abs(x) < 1e-12 ? 1.0 : -std::expm1(-x) / x; }

/// A wide slab of optical thickness mu x t: the mean over its depths of the light that arrives there and leaves in
/// some direction. Cosines are those of the ways with the normal on the side where light leaves the slab if it goes
/// straight on: `in` is above zero, `out` below zero for light that leaves on the side where it came from.
///
/// Transmission, with a = mu t / in, b = mu t / out: the integral over u from 0 to 1 of exp(-a u - b (1 - u)) =
/// exp(-b) (1 - exp(-(a - b))) / (a - b); reflection, with b = mu t / -out: of exp(-(a + b) u) = (1 - exp(-(a + b))) /
/// (a + b). W. R. Busing & H. A. Levy, Acta Cryst. 10 (1957) 180, define the mean.
FB_HD inline double slab_transmission(double optical_thickness, double in, double out) {
  if (optical_thickness == 0) return 1;
  if (out == 0) return 0;  // along a slab without end
  const double a = optical_thickness / in, b = optical_thickness / std::abs(out);
  if (out < 0) return mean_of_decay(a + b);
  // The smaller one outside, so that nothing overflows.
  return std::exp(-std::min(a, b)) * mean_of_decay(std::abs(a - b));
}

/// From a point inside a cylinder around the origin to its surface. `across_m`: the point's place across the axis;
/// `direction`: a unit vector. Along the axis the way has no end.
FB_HD inline double path_to_cylinder_m(double radius_m, const Vec3d& axis, const Vec3d& across_m,
                                       const Vec3d& direction) {
  const Vec3d part = direction - dot(direction, axis) * axis;
  const double p2 = dot(part, part), b = dot(across_m, part), c = radius_m * radius_m - dot(across_m, across_m);
  if (p2 == 0) return std::numeric_limits<double>::infinity();
  return (std::sqrt(std::max(0.0, b * b + p2 * c)) - b) / p2;
}

}  // namespace femtobragg::physics
