// What a tile's pixels count beside the crystal: backgrounds, and factors of older programs.
#pragma once

#include <cstddef>

#include "femtobragg/backends/simd/kernels/smooth_block.h"
#include "femtobragg/backends/simd/kernels/tile_geometry.h"
#include "femtobragg/base/simd.h"
#include "femtobragg/kernel/background.h"

namespace femtobragg::kernel {

template <std::size_t W>
struct Surroundings {
  alignas(simd::alignment) double background[W];  ///< photons
  alignas(simd::alignment) double factor[W];      ///< what older programs apply once to the whole pixel
};

/// Factors that older programs take from the first sample; capture from the first sample of the last layer.
template <class D>
struct FirstSampleFactors {
  D captured_fraction = D(1.), solid_angle_sr = D(1.), polarization = D(1.);

  D product() const { return captured_fraction * solid_angle_sr * polarization; }
};

template <class D>
FirstSampleFactors<D> first_sample_factors(const PlanView& plan, const PanelView& panel, std::size_t fast,
                                           std::size_t slow) {
  FirstSampleFactors<D> factors;
  const SensorPoint<D> first = points_of<D>(plan, panel, fast, slow, SamplePlace{});
  if (plan.capture == Factor::FirstSample && panel.absorbs) {
    const std::size_t last = panel.layers.size() - 1;
    factors.captured_fraction =
        captured_fraction(panel, points_of<D>(plan, panel, fast, slow, SamplePlace{last, 0, 0}), panel.layers[last]);
  }
  if (plan.solid_angle == Factor::FirstSample) factors.solid_angle_sr = solid_angle(panel, first, 0);
  if (plan.polarization == Factor::FirstSample && plan.apply_polarization)
    factors.polarization = polarization(plan, plan.directions[0], first.diffracted);
  return factors;
}

/// What holds for the light of all terms: backgrounds, and the factors of older programs where the plan has their
/// order. `block`: what is known of the pixels around; null: nothing.
template <class D, std::size_t W>
[[gnu::noinline]] void look_around(const PlanView& plan, const PanelView& panel, std::size_t fast, std::size_t slow,
                                   Surroundings<W>& out, const SmoothBlock<D>* block = nullptr) {
  const auto sharp = [&](std::size_t k) { return !(block && block->knows(k)); };
  bool any_sharp = false;
  for (std::size_t k = 0; k < plan.backgrounds.size(); ++k)
    any_sharp = any_sharp || (plan.backgrounds[k].scale != 0 && sharp(k));
  for (std::size_t i = 0; i < W; i += simd::lanes<D>) {
    if (plan.ordered_sums) simd::store(out.factor + i, first_sample_factors<D>(plan, panel, fast + i, slow).product());
    if (!has_background(plan)) continue;
    D photons(0.);
    if (any_sharp)
      photons = background_photons<D>(
          plan, panel,
          [&](std::size_t layer, std::size_t sub_fast, std::size_t sub_slow) {
            return points_of<D>(plan, panel, fast + i, slow, SamplePlace{layer, sub_fast, sub_slow});
          },
          sharp);
    if (block) photons += block->at(fast + i, slow);
    simd::store(out.background + i, photons);
  }
}

}  // namespace femtobragg::kernel
