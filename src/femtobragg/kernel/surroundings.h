// What a tile's pixels count beside the crystal: solid angles for the report, water, and factors of older programs.
#pragma once

#include <cstddef>

#include "femtobragg/base/simd.h"
#include "femtobragg/kernel/strip_job.h"
#include "femtobragg/kernel/tile_geometry.h"

namespace femtobragg::kernel {

template <std::size_t W>
struct Surroundings {
  alignas(simd::alignment) double water[W];        ///< sum of weights, see water_photons()
  alignas(simd::alignment) double solid_angle[W];  ///< steradian, as reported
  alignas(simd::alignment) double factor[W];       ///< what older programs apply once to the whole pixel
};

/// Calls f with the place of each sample of a pixel.
template <class F>
void for_each_sample(const Plan& plan, const PanelPlan& panel, F&& f) {
  for (std::size_t layer = 0; layer < panel.layers.size(); ++layer)
    for (std::size_t sub_slow = 0; sub_slow < plan.oversample; ++sub_slow)
      for (std::size_t sub_fast = 0; sub_fast < plan.oversample; ++sub_fast) f(SamplePlace{layer, sub_fast, sub_slow});
}

/// Mean solid angle of the sub-pixels at the sensor's surface.
template <class D>
[[gnu::always_inline]] inline D surface_solid_angles(const Plan& plan, const PanelPlan& panel, std::size_t fast,
                                                     std::size_t slow) {
  D sum(0.);
  for (std::size_t sub_slow = 0; sub_slow < plan.oversample; ++sub_slow)
    for (std::size_t sub_fast = 0; sub_fast < plan.oversample; ++sub_fast)
      sum += surface_solid_angle(panel, offsets_of<D>(plan, panel, fast, sub_fast),
                                 D(sub_pixel_offset_m(panel, plan.oversample, slow, sub_slow)));
  return sum / D(plan.solid_angle_over_steps ? plan.steps : static_cast<double>(plan.oversample * plan.oversample));
}

/// The sum of the solid angles in force over all steps, as older programs report it.
template <class D>
D stepped_solid_angles(const Plan& plan, const PanelPlan& panel, std::size_t fast, std::size_t slow) {
  D sum(0.);
  const bool first_only = plan.solid_angle == Factor::FirstSample;
  for_each_sample(plan, panel, [&](const SamplePlace& place) {
    const SensorPoint<D> point = points_of<D>(plan, panel, fast, slow, first_only ? SamplePlace{} : place);
    sum += solid_angle(panel, point, first_only ? 0.0 : panel.layers[place.layer].depth_m);
  });
  return sum / D(plan.steps);
}

/// Factors that older programs take from the first sample; capture from the first sample of the last layer.
template <class D>
D first_sample_factor(const Plan& plan, const PanelPlan& panel, std::size_t fast, std::size_t slow) {
  D factor(1.);
  const SensorPoint<D> first = points_of<D>(plan, panel, fast, slow, SamplePlace{});
  if (plan.capture == Factor::FirstSample && panel.absorbs) {
    const std::size_t last = panel.layers.size() - 1;
    factor *=
        captured_fraction(panel, points_of<D>(plan, panel, fast, slow, SamplePlace{last, 0, 0}), panel.layers[last]);
  }
  if (plan.solid_angle == Factor::FirstSample) factor *= solid_angle(panel, first, 0);
  if (plan.polarization == Factor::FirstSample && plan.apply_polarization)
    factor *= polarization(plan, plan.directions[0], first);
  return factor;
}

template <class D>
D water_weights(const Plan& plan, const PanelPlan& panel, std::size_t fast, std::size_t slow) {
  D sum(0.);
  for_each_sample(plan, panel, [&](const SamplePlace& place) {
    sum += water_weight(plan, panel, points_of<D>(plan, panel, fast, slow, place), panel.layers[place.layer]);
  });
  return sum;
}

template <class D, std::size_t W>
[[gnu::noinline]] void look_around(const Plan& plan, const PanelPlan& panel, std::size_t fast, std::size_t slow,
                                   Surroundings<W>& out) {
  const bool stepped = plan.ordered_sums && plan.solid_angle_over_steps;
  for (std::size_t i = 0; i < W; i += simd::lanes<D>) {
    simd::store(out.solid_angle + i, stepped ? stepped_solid_angles<D>(plan, panel, fast + i, slow)
                                             : surface_solid_angles<D>(plan, panel, fast + i, slow));
    simd::store(out.factor + i, plan.ordered_sums ? first_sample_factor<D>(plan, panel, fast + i, slow) : D(1.));
    simd::store(out.water + i, plan.water_intensity != 0 ? water_weights<D>(plan, panel, fast + i, slow) : D(0.));
  }
}

}  // namespace femtobragg::kernel
