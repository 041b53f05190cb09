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
                                        const Vec3<T>& diffracted, const T& gain, TermSums<T>& sums) {
  if (background.is_flat()) {
    const T per_scale = gain * number<T>(direction.weight);
    sums.intensity += number<T>(background.scale) * per_scale;
    return {per_scale, T(0.0)};
  }
  BackgroundRates<T> rates{T(0.0), T(0.0)};
  for (std::size_t r = direction.ray_begin; r < direction.ray_end; ++r) {
    const T wavelength_m = number<T>(plan.rays[r].wavelength_m), weight = gain * number<T>(plan.rays[r].weight);
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

/// Adds what a background scatters from its path in one direction's light into a point of a layer. `at_sample`: the
/// view of the point from there. `by_rates(rates, share)` takes the changes with scale and wavelengths; the rest goes
/// to add(slot, value).
template <class T, class ByRates, class Add>
FB_HD void add_path(const PlanView& plan, const PanelNumbers& panel, const MotionView& motion,
                    const physics::Background& background, std::size_t i, const Layer& layer,
                    const SampleView<T>& at_sample, const T& gain, ByRates&& by_rates, Add&& add) {
  const Direction& direction = plan.directions[i];
  const Vec3<T> position_m = at_sample.distance_m * at_sample.diffracted;
  for_each_path_ray(panel, background.path, direction, position_m, layer, [&](const PathRay<T>& ray) {
    SampleView<T> view = at_sample;
    view.diffracted = ray.point.diffracted;
    view.distance_m = ray.point.distance_m;
    view.solid_angle_sr = ray.solid_angle_sr;
    view.captured = ray.captured;
    view.polarization = plan.apply_polarization ? polarization(plan, direction, view.diffracted) : number<T>(1);
    TermSums<T> sums{};
    by_rates(add_background(plan, motion, background, direction, view.diffracted, gain, sums), view.share());
    add_sample(plan, panel, motion, i, layer, view, sums, add, OnBeam<T>{ray.place_m, ray.plane_distance_m});
  });
}

}  // namespace femtobragg::kernel
