// The contribution of each entry of the structure factor table to a pixel.
#pragma once

#include <cstddef>

#include "femtobragg/kernel/pixel_gradient.h"

namespace femtobragg::kernel {

/// Distributes the derivative of a term over the entries that its amplitude comes from. `brightness`: photons of the
/// term with amplitude 1; `squared`: derivatives with respect to |F|^2, for nearest lookup.
template <class Add>
FB_HD void add_entries(const NearestAmplitude&, const PlanNumbers& plan, const Vec3d&, const Vec3d& hkl0,
                       double brightness, bool squared, Add&& add) {
  const physics::StructureFactorBox& box = plan.structure_factors;
  if (!box.values || !box.contains(hkl0)) return;
  const std::size_t entry = box.index(hkl0.x, hkl0.y, hkl0.z);
  add(entry, squared ? brightness : 2 * brightness * box.values[entry]);
}
template <class Add>
FB_HD void add_entries(const TricubicAmplitude&, const PlanNumbers& plan, const Vec3d& hkl, const Vec3d& hkl0,
                       double brightness, bool, Add&& add) {
  const physics::StructureFactorBox& box = plan.structure_factors;
  if (!physics::can_interpolate(box, hkl))
    return add_entries(NearestAmplitude{}, plan, hkl, hkl0, brightness, false, add);
  const double rate = 2 * brightness * physics::tricubic_structure_factor(box, hkl);
  physics::for_each_interpolation_point(box, hkl, [&](std::size_t entry, double weight) { add(entry, rate * weight); });
}

/// Calls f(hkl, hkl0, brightness, ray, orientation) for all terms of a pixel: the photons of each with amplitude 1.
template <class Shape, class F>
FB_HD void for_each_term_of_pixel(const PlanView& plan, const PanelView& panel, std::size_t fast, std::size_t slow,
                                  double weight, F&& f) {
  const typename Shape::template Relative<double> relative(plan.domain);
  const double gain = term_gain(plan) * panel.passes(fast, slow) * weight;
  for_each_view(plan, panel, fast, slow, [&](const Layer&, const SampleView<double>& view) {
    for (const Direction& direction : plan.directions) {
      const double polar = plan.apply_polarization ? polarization(plan, direction, view.diffracted) : 1.0;
      const double share = gain * view.solid_angle_sr * view.captured * polar;
      for (std::size_t r = direction.ray_begin; r < direction.ray_end; ++r) {
        const Vec3d q = physics::scattering_vector(view.diffracted, direction.incident, plan.rays[r].wavelength_m);
        if (is_cut(plan, q)) continue;
        for (std::size_t o = 0; o < plan.orientations.size(); ++o) {
          const Orientation& axes = plan.orientations[o];
          const Vec3d hkl{dot(axes.a, q), dot(axes.b, q), dot(axes.c, q)}, hkl0 = physics::nearest_hkl(hkl);
          const double lattice = physics::relative_at(relative, hkl - hkl0);
          f(hkl, hkl0, share * plan.rays[r].weight * axes.light * lattice, r, o);
        }
      }
    }
  });
}

/// Calls add(entry, weight x d(photons)/d(entry)) for all terms of a pixel.
template <class Shape, class Amplitude, class Add>
FB_HD void pixel_by_amplitudes(const PlanView& plan, const PanelView& panel, std::size_t fast, std::size_t slow,
                               double weight, bool squared, Add&& add) {
  for_each_term_of_pixel<Shape>(plan, panel, fast, slow, weight,
                                [&](const Vec3d& hkl, const Vec3d& hkl0, double brightness, std::size_t, std::size_t) {
                                  add_entries(Amplitude{}, plan, hkl, hkl0, brightness, squared, add);
                                });
}

/// Calls add(reflection, photons, ray, orientation) for all terms of a pixel, without interpolation.
template <class Shape, class Add>
FB_HD void pixel_by_reflections(const PlanView& plan, const PanelView& panel, std::size_t fast, std::size_t slow,
                                Add&& add) {
  for_each_term_of_pixel<Shape>(
      plan, panel, fast, slow, 1,
      [&](const Vec3d&, const Vec3d& hkl0, double brightness, std::size_t ray, std::size_t orientation) {
        const double f = physics::nearest_structure_factor(plan.structure_factors, hkl0);
        add(hkl0, brightness * f * f, ray, orientation);
      });
}

}  // namespace femtobragg::kernel
