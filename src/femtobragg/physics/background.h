// Scattering of what is no crystal, as a function of the angle.
#pragma once

#include <cstddef>

#include "femtobragg/base/device.h"
#include "femtobragg/base/lane.h"

namespace femtobragg::physics {

/// Intensities at rising values of sin(theta) / lambda, straight lines between them. Beyond its ends the first and the
/// last intensity hold.
struct RadialProfile {
  const double* stol_per_m = nullptr;  ///< sin(theta) / lambda; null: no profile
  const double* intensity = nullptr;   ///< electrons^2
  std::size_t count = 0;               ///< at least two
  double steps_per_unit_m = 0;         ///< steps are equal, and as many fit in 1/m; 0: they are not
};

struct Background {
  double scale = 0;         ///< factor of the profile; without one the intensity itself, electrons^2
  RadialProfile profile{};  ///< none: the same at all angles

  FB_HD bool is_flat() const { return !profile.stol_per_m; }
};

/// The step that holds a value between the ends, by its first point.
[[gnu::always_inline]] FB_HD inline std::size_t step_of(const RadialProfile& profile, double stol_per_m) {
  const std::size_t last = profile.count - 2;
  if (profile.steps_per_unit_m > 0) {
    const double steps = (stol_per_m - profile.stol_per_m[0]) * profile.steps_per_unit_m;
    return steps < static_cast<double>(last) ? static_cast<std::size_t>(steps) : last;
  }
  std::size_t first = 0;
  for (std::size_t steps = last + 1; steps > 1;) {
    const std::size_t half = steps / 2;
    if (profile.stol_per_m[first + half] <= stol_per_m) first += half;
    steps -= half;
  }
  return first;
}

[[gnu::always_inline]] FB_HD inline double slope_of_step(const RadialProfile& profile, std::size_t step) {
  return (profile.intensity[step + 1] - profile.intensity[step]) /
         (profile.stol_per_m[step + 1] - profile.stol_per_m[step]);
}

/// The intensity over the scale: of a flat background one.
template <class T>
[[gnu::always_inline]] FB_HD inline T background_intensity(const Background& background, const T& stol_per_m) {
  if (background.is_flat()) return number<T>(1);
  return EachLane<T>::of(stol_per_m, [&](double s) {
    const RadialProfile& p = background.profile;
    if (!(s > p.stol_per_m[0])) return p.intensity[0];
    if (!(s < p.stol_per_m[p.count - 1])) return p.intensity[p.count - 1];
    const std::size_t step = step_of(p, s);
    return p.intensity[step] + slope_of_step(p, step) * (s - p.stol_per_m[step]);
  });
}

/// Its derivative with respect to sin(theta) / lambda, in m. At the points of the profile there is none; this is one to
/// the right of them.
template <class T>
[[gnu::always_inline]] FB_HD inline T background_slope(const Background& background, const T& stol_per_m) {
  if (background.is_flat()) return number<T>(0);
  return EachLane<T>::of(stol_per_m, [&](double s) {
    const RadialProfile& p = background.profile;
    const bool inside = s >= p.stol_per_m[0] && s < p.stol_per_m[p.count - 1];
    return inside ? slope_of_step(p, step_of(p, s)) : 0.0;
  });
}

}  // namespace femtobragg::physics
