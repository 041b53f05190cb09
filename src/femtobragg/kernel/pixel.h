// One pixel, with every effect in its correct place: the definition of a pixel's photons.
#pragma once

#include "femtobragg/kernel/background.h"

namespace femtobragg::kernel {

/// photons = r_e^2 fluence blocks / steps  SUM over layers, sub-pixels, directions of
///           [solid angle x capture x polarization  SUM over rays, orientations of  weight F_cell^2 F_latt^2]
/// (weight: of the ray, times the light of the phi step) times the transmission of the way from the sample, plus the
/// backgrounds, each with its own.
template <class Shape, class Lookup, class Observer>
FB_HD PixelValue pixel(const PlanView& plan, const PanelView& panel, std::size_t fast, std::size_t slow, Carry& carry,
                       Observer& observer) {
  double photons = 0, surface_sum = 0;
  [[maybe_unused]] PixelRecord record{};
  for (std::size_t t = 0; t < panel.layers.size(); ++t) {
    const Layer& layer = panel.layers[t];
    for (std::size_t sub_slow = 0; sub_slow < plan.oversample; ++sub_slow)
      for (std::size_t sub_fast = 0; sub_fast < plan.oversample; ++sub_fast) {
        // Where the sample is, and its share of the photons.
        const double fast_m = sub_pixel_offset_m(panel, plan.oversample, fast, sub_fast);
        const double slow_m = sub_pixel_offset_m(panel, plan.oversample, slow, sub_slow);
        const SensorPoint<double> point = sensor_point(panel, fast_m, slow_m, layer.depth_m);
        const double omega = solid_angle(panel, point, layer.depth_m);
        const double capture = panel.absorbs ? captured_fraction(panel, point, layer) : 1.0;
        if (t == 0) surface_sum += layer.depth_m == 0 ? omega : surface_solid_angle(panel, fast_m, slow_m);
        if constexpr (Observer::enabled)
          observer.sample(
              {t, sub_fast, sub_slow, point.position_m, point.distance_m, point.diffracted, omega, capture});

        for (const Direction& direction : plan.directions) {
          const double polar = plan.apply_polarization ? polarization(plan, direction, point.diffracted) : 1.0;
          // Sum the crystal over wavelengths, spindle angles and mosaic domains.
          double sum = 0;
          for (std::size_t r = direction.ray_begin; r < direction.ray_end; ++r) {
            const Ray& ray = plan.rays[r];
            const Vec3d q = physics::scattering_vector(point.diffracted, direction.incident, ray.wavelength_m);
            const bool cut = is_cut(plan, q);
            if constexpr (Observer::enabled) observer.ray({r, direction.incident, ray.wavelength_m, q, polar, cut});
            if (cut) continue;
            const std::span<const Orientation> sweep = next_sweep(plan, carry);
            for (std::size_t o = 0; o < sweep.size(); ++o) {
              double term = 0;
              if (crystal_term<Shape, Lookup>(plan, sweep[o], q, carry, term, observer, o))
                sum += ray.weight * sweep[o].light * term;
            }
          }
          photons += plan.intensity_scale * sum / plan.divisor() * capture * polar * omega;
          if constexpr (Observer::enabled) {
            record.sum += sum;
            record.polarization += polar * direction.weight;
          }
        }
        if constexpr (Observer::enabled) {
          record.captured_fraction += capture;
          record.solid_angle_sr += omega;
        }
      }
  }
  const double samples = static_cast<double>(plan.oversample * plan.oversample);
  photons *= panel.passes(fast, slow);
  if (has_background(plan)) photons += background_photons(plan, panel, fast, slow);
  if constexpr (Observer::enabled) {
    const double layers = static_cast<double>(panel.layers.size());
    record.captured_fraction = panel.absorbs ? record.captured_fraction / samples : 1.0;
    record.polarization /= layers * samples * static_cast<double>(plan.rays.size());
    record.solid_angle_sr /= layers * samples;
    record.photons = photons;
    record.transmission = panel.passes(fast, slow);
    observer.pixel(record);
  }
  return {photons, surface_sum / (plan.solid_angle_over_steps ? plan.steps : samples)};
}

}  // namespace femtobragg::kernel
