// The random tilt of a mosaic domain.
#pragma once

#include <cmath>

#include "femtobragg/physics/rotation.h"

namespace femtobragg::physics {

/// A rotation by at most `spread_rad` about a random axis, from three deviates in [-1, 1].
///
/// The axis is uniform on the sphere. The angle is spread * cbrt(1 - r3^2): small tilts are rare, the mean is 0.841
/// spread. It is rounded to single precision at the same steps as in the field's reference program, because published
/// mosaic seeds rely on it.
inline Mat3d mosaic_rotation(float spread_rad, double r1, double r2, double r3) {
  const double across = std::sqrt(1.0 - r2 * r2);
  const Vec3d axis{across * std::sin(pi * r1), across * std::cos(pi * r1), r2};
  const float fraction = std::pow(static_cast<float>(1.0 - r3 * r3), static_cast<float>(1.0 / 3.0));
  return rotation_matrix(axis, static_cast<double>(spread_rad * fraction));
}

}  // namespace femtobragg::physics
