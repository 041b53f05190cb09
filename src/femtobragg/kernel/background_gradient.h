// Backgrounds among the sums that are differentiated.
#pragma once

#include <cstddef>

#include "femtobragg/kernel/background.h"
#include "femtobragg/kernel/sample_gradient.h"

namespace femtobragg::kernel {

/// Changes of the intensity from one direction with a background's scale, and with the logarithm of all wavelengths.
template <class T>
struct BackgroundRates {
  T by_scale, by_wavelength;
};

/// Adds what a background scatters from one direction into a sample, and how it changes with the angle, to the sums of
/// that sample. `gain`: what sums are multiplied by to be in the unit of the others.
template <class T>
FB_HD BackgroundRates<T> add_background(const PlanView& plan, const MotionView& motion,
                                        const physics::Background& background, const Direction& direction,
                                        const Vec3<T>& diffracted, double gain, TermSums<T>& sums) {
  if (background.is_flat()) {
    const double per_scale = gain * direction.weight;
    sums.intensity += number<T>(per_scale * background.scale);
    return {number<T>(per_scale), T(0.0)};
  }
  BackgroundRates<T> rates{T(0.0), T(0.0)};
  for (std::size_t r = direction.ray_begin; r < direction.ray_end; ++r) {
    const T wavelength_m = number<T>(plan.rays[r].wavelength_m), weight = number<T>(gain * plan.rays[r].weight);
    const Vec3<T> q = physics::scattering_vector(diffracted, vec3_of<T>(direction.incident), wavelength_m);
    const T stol = physics::sin_theta_over_lambda(q);
    rates.by_scale += weight * physics::background_intensity(background, stol);
    // |q| = 2 stol; in the direct beam q has no direction.
    const T safe = select(stol > T(0.0), stol, T(1.0));
    const T by_stol = weight * number<T>(background.scale) * physics::background_slope(background, stol);
    const Vec3<T> by_q = (by_stol / (number<T>(4) * safe)) * q;
    sums.by_diffracted = sums.by_diffracted + by_q / wavelength_m;
    const T by_wavelength = -dot(by_q, q);
    rates.by_wavelength += by_wavelength;
    if (!motion.stretch.empty()) sums.by_stretch += number<T>(motion.stretch[r]) * by_wavelength;
  }
  sums.intensity += number<T>(background.scale) * rates.by_scale;
  return rates;
}

}  // namespace femtobragg::kernel
