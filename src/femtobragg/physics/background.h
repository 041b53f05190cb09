// Scattering of non-crystalline matter, as a function of the angle.
#pragma once

#include <cstddef>

#include "femtobragg/base/device.h"
#include "femtobragg/base/lane.h"
#include "femtobragg/physics/crystallites.h"

namespace femtobragg::physics {

/// intensity = a + b x + c x^2 + d x^3, with x the distance from the first point of a step.
struct CubicPiece {
  double a = 0, b = 0, c = 0, d = 0;

  FB_HD double at(double x) const { return a + x * (b + x * (c + x * d)); }
  FB_HD double slope_at(double x) const { return b + x * (2 * c + x * (3 * d)); }
};

/// The piece with these values and slopes at its ends.
FB_HD inline CubicPiece cubic_between(double width, double from, double to, double slope_from, double slope_to) {
  const double mean = (to - from) / width;
  return {from, slope_from, (3 * mean - 2 * slope_from - slope_to) / width,
          (slope_from + slope_to - 2 * mean) / (width * width)};
}

/// Intensities at rising values of sin(theta) / lambda, and pieces between them. Beyond its ends the first and the last
/// intensity hold.
struct RadialProfile {
  const double* stol_per_m = nullptr;  ///< sin(theta) / lambda; null: no profile
  const CubicPiece* pieces = nullptr;  ///< electrons^2, as many as points: the last one is constant
  std::size_t count = 0;               ///< at least two
  double steps_per_unit_m = 0;         ///< steps are equal, and as many fit in 1/m; 0: they are not
};

/// A stretch of the beam that scatters evenly, and the nodes of the quadrature along it (physics/beam_path.h).
struct PathNodes {
  double from_m = 0, to_m = 0;     ///< along the beam from the sample
  const double* place = nullptr;   ///< from 0 to 1; null: no path, all is at the sample
  const double* weight = nullptr;  ///< their sum is 1
  std::size_t count = 1;
};

struct Background {
  double scale = 0;         ///< factor of the profile; without one the intensity itself, electrons^2
  RadialProfile profile{};  ///< none: the same at all angles
  PathNodes path{};
  PowderRings rings{};           ///< beside the profile
  std::size_t way = 0;           ///< of its light to the pixels: 0: that of spots; else among those of the plan, from 1
  double smooth_over_per_m = 0;  ///< the profile bends little over so much of sin(theta) / lambda; 0: it may

  FB_HD bool is_flat() const { return !profile.stol_per_m; }
  FB_HD bool has_path() const { return path.place != nullptr; }
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

/// The intensity over the scale: of a flat background one.
template <class T>
[[gnu::always_inline]] FB_HD inline T background_intensity(const Background& background, const T& stol_per_m) {
  if (background.is_flat()) return number<T>(1);
  return EachLane<T>::of(stol_per_m, [&](double s) {
    const RadialProfile& p = background.profile;
    if (!(s > p.stol_per_m[0])) return p.pieces[0].a;
    if (!(s < p.stol_per_m[p.count - 1])) return p.pieces[p.count - 1].a;
    const std::size_t step = step_of(p, s);
    return p.pieces[step].at(s - p.stol_per_m[step]);
  });
}

/// Its derivative with respect to sin(theta) / lambda, in m. Where two straight lines meet there is none; this is one
/// to the right of them.
template <class T>
[[gnu::always_inline]] FB_HD inline T background_slope(const Background& background, const T& stol_per_m) {
  if (background.is_flat()) return number<T>(0);
  return EachLane<T>::of(stol_per_m, [&](double s) {
    const RadialProfile& p = background.profile;
    const bool inside = s >= p.stol_per_m[0] && s < p.stol_per_m[p.count - 1];
    if (!inside) return 0.0;
    const std::size_t step = step_of(p, s);
    return p.pieces[step].slope_at(s - p.stol_per_m[step]);
  });
}

}  // namespace femtobragg::physics
