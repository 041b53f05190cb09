// Backgrounds in a pixel: what scatters into every sample, whatever the crystal does.
#pragma once

#include <cstddef>

#include "femtobragg/kernel/sample.h"
#include "femtobragg/physics/background.h"

namespace femtobragg::kernel {

/// Whether any background adds photons.
[[gnu::always_inline]] FB_HD inline bool has_background(const PlanView& plan) {
  for (const physics::Background& background : plan.backgrounds)
    if (background.scale != 0) return true;
  return false;
}

/// What the sum over samples and rays of a background is divided by; layers add up.
[[gnu::always_inline]] FB_HD inline double background_samples(const PlanView& plan) {
  return static_cast<double>(plan.oversample * plan.oversample) * static_cast<double>(plan.rays.size());
}

/// Sum over the rays of a direction of weight x intensity over scale.
template <class T>
FB_HD T background_of_direction(const PlanView& plan, const physics::Background& background, const Direction& direction,
                                const Vec3<T>& diffracted) {
  if (background.is_flat()) return T(direction.weight);
  T sum(0.0);
  for (std::size_t r = direction.ray_begin; r < direction.ray_end; ++r) {
    const Vec3<T> q =
        physics::scattering_vector(diffracted, vec3_of<T>(direction.incident), number<T>(plan.rays[r].wavelength_m));
    sum +=
        number<T>(plan.rays[r].weight) * physics::background_intensity(background, physics::sin_theta_over_lambda(q));
  }
  return sum;
}

/// Contribution of a background to a sample: solid angle x capture x the sum over directions of background x
/// polarization.
template <class T>
FB_HD T background_weight(const PlanView& plan, const PanelNumbers& panel, const physics::Background& background,
                          const SensorPoint<T>& point, const Layer& layer) {
  T sum(0.0);
  for (const Direction& direction : plan.directions)
    sum += background_of_direction(plan, background, direction, point.diffracted) *
           (plan.apply_polarization ? polarization(plan, direction, point.diffracted) : T(1.0));
  return sum * solid_angle(panel, point, layer.depth_m) *
         (panel.absorbs ? captured_fraction(panel, point, layer) : T(1.0));
}

/// Photons of all backgrounds in a pixel, or in a pack of pixels. `point_at(layer, sub_fast, sub_slow)`: its samples.
template <class T, class PointAt>
FB_HD T background_photons(const PlanView& plan, const PanelView& panel, PointAt&& point_at) {
  T photons(0.0);
  for (const physics::Background& background : plan.backgrounds) {
    if (background.scale == 0) continue;
    T weight(0.0);
    for (std::size_t layer = 0; layer < panel.layers.size(); ++layer)
      for (std::size_t sub_slow = 0; sub_slow < plan.oversample; ++sub_slow)
        for (std::size_t sub_fast = 0; sub_fast < plan.oversample; ++sub_fast)
          weight +=
              background_weight(plan, panel, background, point_at(layer, sub_fast, sub_slow), panel.layers[layer]);
    photons += T(plan.intensity_scale * background.scale) * weight / T(background_samples(plan));
  }
  return photons;
}

FB_HD inline double background_photons(const PlanView& plan, const PanelView& panel, std::size_t fast,
                                       std::size_t slow) {
  return background_photons<double>(plan, panel, [&](std::size_t layer, std::size_t sub_fast, std::size_t sub_slow) {
    return sensor_point(panel, sub_pixel_offset_m(panel, plan.oversample, fast, sub_fast),
                        sub_pixel_offset_m(panel, plan.oversample, slow, sub_slow), panel.layers[layer].depth_m);
  });
}

}  // namespace femtobragg::kernel
