// Where a cone of rays meets a flat panel.
#pragma once

#include <cmath>

#include "femtobragg/kernel/plan.h"

namespace femtobragg::kernel {

/// T: a number, or packs of numbers for several cones.
template <class T>
struct ConeOnPanel {
  T fast_m, slow_m;  ///< where the axis meets the panel, as coordinates along its axes
  T radius_m;  ///< neither coordinate of a ray that meets the panel, at any depth, is further from there; 1e30: no
               ///< bound
  T greatest_obliquity;  ///< the largest cosine between a ray and the panel's normal
};

/// A cone about the unit vector `axis`, with the cosine and sine of its half angle.
template <class T, class AnyPanel>
ConeOnPanel<T> cone_on_panel(const AnyPanel& panel, const Vec3<T>& axis, const T& cosine, const T& sine) {
  using std::max;
  using std::sqrt;
  const T depth = number<T>(panel.layers.back().depth_m), zero = number<T>(0);
  const T obliquity = dot(axis, vec3_of<T>(panel.normal));
  const T tilt = sqrt(max(number<T>(1) - obliquity * obliquity, zero));
  const T way = number<T>(panel.plane_distance_m) / obliquity;
  const Vec3<T> place = axis * way - vec3_of<T>(panel.origin_m);
  // The cosine for the ray that is most inclined: a cone that opens beyond the plane of the panel has no bound there.
  const T least = obliquity * cosine - tilt * sine;
  const auto bounded = (least > number<T>(0.02)) & (obliquity > zero);
  const T radius = number<T>(panel.most_along) * ((way + depth / obliquity) * sine / least + depth * tilt / obliquity);
  return {select(bounded, dot(place, vec3_of<T>(panel.along_fast)), zero),
          select(bounded, dot(place, vec3_of<T>(panel.along_slow)), zero), select(bounded, radius, number<T>(1e30)),
          select(obliquity >= cosine, number<T>(1), obliquity * cosine + tilt * sine)};
}

}  // namespace femtobragg::kernel
