// The polarization factor.
#pragma once

#include "femtobragg/base/lane.h"
#include "femtobragg/base/vec3.h"

namespace femtobragg::physics {

/// The plane of polarization for one incident direction.
template <class T>
struct PolarizationFrame {
  Vec3<T> e;  ///< unit vector of the electric field, across the beam
  Vec3<T> b;  ///< unit vector of the magnetic field
};

template <class T>
FB_HD PolarizationFrame<T> polarization_frame(const Vec3<T>& incident, const Vec3<T>& axis) {
  const Vec3<T> b = unit(cross(axis, incident));
  return {unit(cross(incident, b)), b};
}

/// The frame for another number type.
template <class T>
FB_HD PolarizationFrame<T> frame_of(const PolarizationFrame<double>& frame) {
  return {vec3_of<T>(frame.e), vec3_of<T>(frame.b)};
}

/// P = (1 + c^2 - K cos(2 psi) (1 - c^2)) / 2 with c = cos(2 theta) and psi the azimuth from the electric field.
/// R. Kahn et al., J. Appl. Cryst. 15 (1982) 330. K = 0: unpolarized.
template <class T>
FB_HD T polarization_factor(const Vec3<T>& incident, const Vec3<T>& diffracted, const PolarizationFrame<T>& frame,
                            T fraction) {
  const T cos_2theta = dot(incident, diffracted);
  const T c2 = cos_2theta * cos_2theta;
  const T along_e = dot(diffracted, frame.e), along_b = dot(diffracted, frame.b);
  const T e2 = along_e * along_e, b2 = along_b * along_b;
  const T cos_2psi = select(e2 + b2 > T(0), (e2 - b2) / (e2 + b2), T(1));
  return T(0.5) * (T(1) + c2 - fraction * cos_2psi * (T(1) - c2));
}

/// The same from the components of the diffracted ray along the beam and the fields, three axes at right angles: with
/// c^2 + e^2 + b^2 = 1 it is a sum of squares, which does not lose digits where almost nothing passes.
template <class T>
FB_HD T polarization_from_components(const T& c, const T& e, const T& b, T fraction) {
  const T one = number<T>(1);
  return c * c + number<T>(0.5) * ((one - fraction) * (e * e) + (one + fraction) * (b * b));
}

/// Derivatives of that sum of squares, for changes that keep the ray a unit vector and the axes orthonormal.
template <class T>
struct PolarizationSlope {
  T by_fraction;
  Vec3<T> by_diffracted, by_incident, by_e, by_b;
};
template <class T>
FB_HD PolarizationSlope<T> polarization_slope(const Vec3<T>& incident, const Vec3<T>& diffracted,
                                              const PolarizationFrame<T>& frame, T fraction) {
  const T one = number<T>(1), half = number<T>(0.5);
  const T c = dot(incident, diffracted), e = dot(frame.e, diffracted), b = dot(frame.b, diffracted);
  const T along_beam = c + c, along_e = (one - fraction) * e, along_b = (one + fraction) * b;
  return {half * (b * b - e * e), along_beam * incident + along_e * frame.e + along_b * frame.b,
          along_beam * diffracted, along_e * diffracted, along_b * diffracted};
}

}  // namespace femtobragg::physics
