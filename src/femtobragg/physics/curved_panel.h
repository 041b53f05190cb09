// Positions on a spherically bent detector.
#pragma once

#include <cmath>

#include "femtobragg/physics/rotation.h"
#include "femtobragg/physics/sine.h"

namespace femtobragg::physics {

/// Axes of the panel perpendicular to the beam, for spherical bending.
template <class T>
struct CurvedFrame {
  Vec3<T> beam;  ///< unit vector of propagation
  Vec3<T> fast;  ///< unit vector along the fast axis' component across the beam
  Vec3<T> slow;  ///< unit vector across both, on the side of the slow axis
};

template <class T>
FB_HD CurvedFrame<T> curved_frame(const Vec3<T>& beam, const Vec3<T>& fast_axis, const Vec3<T>& slow_axis) {
  const Vec3<T> fast = unit(fast_axis - beam * dot(fast_axis, beam));
  const Vec3<T> slow = cross(beam, fast);
  return {beam, fast, dot(slow, slow_axis) < T(0) ? -slow : slow};
}

/// The frame for another number type.
template <class T>
FB_HD CurvedFrame<T> frame_of(const CurvedFrame<double>& frame) {
  return {vec3_of<T>(frame.beam), vec3_of<T>(frame.fast), vec3_of<T>(frame.slow)};
}

/// A point at arc lengths `fast_arc_m` and `slow_arc_m` from the direct-beam point of a sphere.
template <class T>
FB_HD Vec3<T> on_sphere(const CurvedFrame<T>& frame, T radius_m, T fast_arc_m, T slow_arc_m, T depth_m) {
  const T u = fast_arc_m / radius_m, w = slow_arc_m / radius_m;
  return (radius_m + depth_m) *
         (cosine(u) * cosine(w) * frame.beam + sine(u) * frame.fast + cosine(u) * sine(w) * frame.slow);
}

/// Bending as in older programs: the beam spot is rotated about the panel's axes by the lab y and z of the flat
/// position. It mirrors the image for most geometries and exists only for comparison.
template <class T>
FB_HD Vec3<T> on_sphere_from_lab_axes(const Vec3<T>& flat_position_m, const Vec3<T>& beam, const Vec3<T>& fast_axis,
                                      const Vec3<T>& slow_axis, T radius_m) {
  const Vec3<T> spot = radius_m * beam;
  return rotate_about_axis(rotate_about_axis(spot, slow_axis, flat_position_m.y / radius_m), fast_axis,
                           flat_position_m.z / radius_m);
}

}  // namespace femtobragg::physics
