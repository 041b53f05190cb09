// One pixel in the order of older programs, with factors taken from the first sample or multiplied into the running
// sum: for comparison with these programs, not for physics.
#pragma once

#include "femtobragg/kernel/background.h"

namespace femtobragg::kernel {

/// A factor that is kept from sample to sample. Zero means that it is not known yet.
struct KeptFactor {
  Factor rule;
  double value = 0;

  FB_HD bool renew() const { return value == 0 || rule == Factor::EachSample || rule == Factor::RunningProduct; }
  FB_HD double in_term() const { return rule == Factor::EachSample || rule == Factor::FirstOfLayer ? value : 1.0; }
  FB_HD double in_running_sum() const { return rule == Factor::RunningProduct ? value : 1.0; }
  FB_HD double at_end() const { return rule == Factor::FirstSample ? value : 1.0; }
};

template <class Shape, class Lookup, class Observer>
FB_HD PixelValue pixel_ordered(const PlanView& plan, const PanelView& panel, std::size_t fast, std::size_t slow,
                               Carry& carry, Observer& observer) {
  const bool renew_disabled_polarization = !plan.apply_polarization && plan.recompute_disabled_polarization;
  double sum = plan.background_in_sum, solid_angle_sum = 0, surface_sum = 0;
  KeptFactor capture{plan.capture}, omega{plan.solid_angle},
      polar{plan.polarization, plan.apply_polarization ? 0.0 : 1.0};
  for (std::size_t t = 0; t < panel.layers.size(); ++t) {
    const Layer& layer = panel.layers[t];
    capture.value = panel.absorbs ? 0.0 : 1.0;
    for (std::size_t sub_slow = 0; sub_slow < plan.oversample; ++sub_slow)
      for (std::size_t sub_fast = 0; sub_fast < plan.oversample; ++sub_fast) {
        const double fast_m = sub_pixel_offset_m(panel, plan.oversample, fast, sub_fast);
        const double slow_m = sub_pixel_offset_m(panel, plan.oversample, slow, sub_slow);
        const SensorPoint<double> point = sensor_point(panel, fast_m, slow_m, layer.depth_m);
        if (omega.renew())
          omega.value = solid_angle(panel, point, omega.rule == Factor::EachSample ? layer.depth_m : 0);
        if (panel.absorbs ? capture.renew() : capture.rule == Factor::RunningProduct)
          capture.value = captured_fraction(panel, point, layer);
        solid_angle_sum += omega.value;
        if (t == 0 && !plan.solid_angle_over_steps) surface_sum += surface_solid_angle(panel, fast_m, slow_m);
        if constexpr (Observer::enabled)
          observer.sample({t, sub_fast, sub_slow, point.position_m, point.distance_m, point.diffracted, omega.value,
                           capture.value});

        for (const Direction& direction : plan.directions)
          for (std::size_t r = direction.ray_begin; r < direction.ray_end; ++r) {
            const Ray& ray = plan.rays[r];
            const Vec3d q = physics::scattering_vector(point.diffracted, direction.incident, ray.wavelength_m);
            const bool cut = is_cut(plan, q);
            if (!cut && (plan.apply_polarization ? polar.renew() : renew_disabled_polarization))
              polar.value = polarization(plan, direction, point.diffracted);
            if constexpr (Observer::enabled)
              observer.ray({r, direction.incident, ray.wavelength_m, q, polar.value, cut});
            if (cut) continue;
            const double per_term = capture.in_term() * polar.in_term() * omega.in_term() * ray.weight;
            const std::span<const Orientation> sweep = next_sweep(plan, carry);
            for (std::size_t o = 0; o < sweep.size(); ++o) {
              double term = 0;
              if (!crystal_term<Shape, Lookup>(plan, sweep[o], q, carry, term, observer, o)) continue;
              sum += term * (per_term * sweep[o].light);
              sum *= capture.in_running_sum();
              sum *= polar.in_running_sum();
              sum *= omega.in_running_sum();
            }
          }
      }
  }
  double photons = plan.intensity_scale * sum / plan.divisor() * capture.at_end() * polar.at_end() * omega.at_end();
  photons *= panel.passes(fast, slow);
  if (has_background(plan)) photons += background_photons(plan, panel, fast, slow);
  if constexpr (Observer::enabled)
    observer.pixel({sum, capture.value, polar.value, omega.value, photons, panel.passes(fast, slow)});
  return {photons, plan.solid_angle_over_steps ? solid_angle_sum / plan.steps
                                               : surface_sum / static_cast<double>(plan.oversample * plan.oversample)};
}

}  // namespace femtobragg::kernel
