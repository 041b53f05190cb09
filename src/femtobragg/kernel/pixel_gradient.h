// One pixel with its derivatives: the sums of pixel.h, differentiated. The transmission of the way counts as constant.
#pragma once

#include <cstddef>

#include "femtobragg/kernel/background_gradient.h"

namespace femtobragg::kernel {

struct NearestAmplitude {
  FB_HD static physics::AmplitudeSlope at(const PlanNumbers& plan, const Vec3d&, const Vec3d& hkl0) {
    return {physics::nearest_structure_factor(plan.structure_factors, hkl0), {}};
  }
};

struct TricubicAmplitude {
  FB_HD static physics::AmplitudeSlope at(const PlanNumbers& plan, const Vec3d& hkl, const Vec3d& hkl0) {
    return physics::can_interpolate(plan.structure_factors, hkl)
               ? physics::tricubic_structure_factor_slope(plan.structure_factors, hkl)
               : NearestAmplitude::at(plan, hkl, hkl0);
  }
};

/// Calls f(layer, view) for each sample of a pixel; polarization is applied later, for each direction.
template <class F>
FB_HD void for_each_view(const PlanView& plan, const PanelView& panel, std::size_t fast, std::size_t slow, F&& f) {
  for (const Layer& layer : panel.layers)
    for (std::size_t sub_slow = 0; sub_slow < plan.oversample; ++sub_slow)
      for (std::size_t sub_fast = 0; sub_fast < plan.oversample; ++sub_fast) {
        SampleView<double> view{};
        view.fast_m = sub_pixel_offset_m(panel, plan.oversample, fast, sub_fast);
        view.slow_m = sub_pixel_offset_m(panel, plan.oversample, slow, sub_slow);
        const SensorPoint<double> point = sensor_point(panel, view.fast_m, view.slow_m, layer.depth_m);
        view.diffracted = point.diffracted;
        view.distance_m = point.distance_m;
        view.solid_angle_sr = solid_angle(panel, point, layer.depth_m);
        view.captured = panel.absorbs ? captured_fraction(panel, point, layer) : 1.0;
        f(layer, view);
      }
}

struct GradientOfPixel {
  double photons = 0;
  PixelGradient<double> derivatives{};
};

/// The sums of one direction's terms at a sample.
template <class Shape, class Amplitude>
class TermSummation {
 public:
  FB_HD TermSummation(const PlanView& plan, const MotionView& motion)
      : plan_(plan), motion_(motion), relative_(plan.domain) {}

  FB_HD TermSums<double> sum(const Direction& direction, const Vec3d& diffracted) const {
    TermSums<double> sums{};
    for (std::size_t r = direction.ray_begin; r < direction.ray_end; ++r) {
      const Vec3d q = physics::scattering_vector(diffracted, direction.incident, plan_.rays[r].wavelength_m);
      if (is_cut(plan_, q)) continue;
      for (std::size_t o = 0; o < plan_.orientations.size(); ++o) add(r, o, q, sums);
    }
    return sums;
  }

 private:
  FB_HD void add(std::size_t r, std::size_t o, const Vec3d& q, TermSums<double>& sums) const {
    const Ray& ray = plan_.rays[r];
    const Orientation& axes = plan_.orientations[o];
    const Vec3d hkl{dot(axes.a, q), dot(axes.b, q), dot(axes.c, q)};
    const Vec3d hkl0 = physics::nearest_hkl(hkl);
    const physics::AmplitudeSlope f = Amplitude::at(plan_, hkl, hkl0);
    if (f.amplitude == 0 && f.by_hkl == Vec3d{}) return;
    const physics::Slope<double> lattice = relative_.template slope<true>(hkl - hkl0);
    const double weight = ray.weight * axes.light, brightness = weight * f.amplitude * f.amplitude;
    const Vec3d g = brightness * lattice.by_distance + (2 * weight * f.amplitude * lattice.value) * f.by_hkl;
    const Vec3d q_unrotated = transpose(motion_.rotations[o]) * q;
    const Vec3d by_q = g.x * axes.a + g.y * axes.b + g.z * axes.c;
    sums.intensity += brightness * lattice.value;
    sums.by_diffracted = sums.by_diffracted + by_q / ray.wavelength_m;
    sums.by_axes.row_x = sums.by_axes.row_x + g.x * q_unrotated;
    sums.by_axes.row_y = sums.by_axes.row_y + g.y * q_unrotated;
    sums.by_axes.row_z = sums.by_axes.row_z + g.z * q_unrotated;
    // (twist x axis) . q = twist . (axis x q)
    if (!motion_.twist.empty()) sums.by_twist += dot(motion_.twist[o], cross(by_q, q));
    if (!motion_.stretch.empty()) sums.by_stretch -= motion_.stretch[r] * dot(by_q, q);
    if (motion_.cells) sums.by_log_cells = sums.by_log_cells + brightness * relative_.by_log_cells(lattice, hkl - hkl0);
  }

  const PlanView& plan_;
  const MotionView& motion_;
  typename Shape::template Relative<double> relative_;
};

template <class Shape, class Amplitude>
FB_HD GradientOfPixel pixel_gradient(const PlanView& plan, const PanelView& panel, const MotionView& motion,
                                     std::size_t fast, std::size_t slow) {
  GradientOfPixel pixel;
  const TermSummation<Shape, Amplitude> terms(plan, motion);
  const double gain = panel.passes(fast, slow) * term_gain(plan);
  const double background_gain = plan.intensity_scale / background_samples(plan, plan.oversample);
  const std::size_t backgrounds = motion.backgrounds || has_background(plan) ? plan.backgrounds.size() : 0;
  const auto add = [&](std::size_t slot, double x) { pixel.derivatives[slot] += x; };
  for_each_view(plan, panel, fast, slow, [&](const Layer& layer, SampleView<double>& view) {
    for (std::size_t i = 0; i < plan.directions.size(); ++i) {
      const Direction& direction = plan.directions[i];
      view.polarization = plan.apply_polarization ? polarization(plan, direction, view.diffracted) : 1.0;
      TermSums<double> sums = terms.sum(direction, view.diffracted);
      scale(sums, gain);
      const double share = view.share();
      for (std::size_t k = 0; k < backgrounds; ++k) {
        const physics::Background& background = plan.backgrounds[k];
        const double gain_here = background_gain * panel.passes(background, fast, slow);
        const auto by_rates = [&](const BackgroundRates<double>& rates, double weight) {
          if (background.has_path()) pixel.photons += background.scale * rates.by_scale * weight;
          pixel.derivatives[slot::background + k] += rates.by_scale * weight;
          pixel.derivatives[slot::background_wavelength] += rates.by_wavelength * weight;
        };
        if (background.has_path())
          add_path(plan, panel, motion, background, i, layer, view, gain_here, by_rates, add);
        else
          by_rates(add_background(plan, motion, background, direction, view.diffracted, gain_here, sums), share);
      }
      pixel.photons += sums.intensity * share;
      add_sample(plan, panel, motion, i, layer, view, sums, add);
    }
  });
  return pixel;
}

}  // namespace femtobragg::kernel
