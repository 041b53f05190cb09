// What a tile's pixels count beside the crystal: backgrounds, and factors of older programs.
#pragma once

#include <algorithm>
#include <cstddef>

#include "femtobragg/backends/simd/kernels/smooth_square.h"
#include "femtobragg/backends/simd/kernels/tile_geometry.h"
#include "femtobragg/base/simd.h"
#include "femtobragg/kernel/background.h"

namespace femtobragg::kernel {

template <std::size_t W>
struct Surroundings {
  alignas(simd::alignment) double background[W];  ///< photons that reach the pixels
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

/// Photons of backgrounds in the pixels of a row, in packs that begin at multiples of their length: their numbers do
/// not depend on where a region begins.
template <class D>
class BackgroundRow {
 public:
  BackgroundRow(const PlanView& plan, const PanelView& panel, std::size_t slow, const SmoothPatches& smooth)
      : plan_(plan), panel_(panel), slow_(slow), smooth_(smooth) {}

  D photons(std::size_t fast) const {
    D sum(0.);
    for (std::size_t k = 0; k < plan_.backgrounds.size(); ++k)
      if (plan_.backgrounds[k].scale != 0)
        sum += panel_.transmission ? photons_of_one(k, fast) * passes(plan_.backgrounds[k], fast)
                                   : photons_of_one(k, fast);
    return sum;
  }

 private:
  D photons_of_one(std::size_t k, std::size_t fast) const {
    if (const SmoothPatch* const patch = smooth_.of(k, fast, slow_)) {
      const std::size_t x = fast % patch_pixels, y = slow_ % patch_pixels;
      const SmoothSquare& square = patch->at(x, y);
      if (square.holds) return SmoothRow<D>(square, patch->side, y % patch->side).at(x % patch->side);
    }
    return photons_of<D>(plan_, panel_, plan_.backgrounds[k], plan_.oversample,
                         [&](std::size_t layer, std::size_t sub_fast, std::size_t sub_slow) {
                           return points_of<D>(plan_, panel_, fast, slow_, SamplePlace{layer, sub_fast, sub_slow});
                         });
  }

  /// Beyond the panel everything.
  D passes(const physics::Background& background, std::size_t fast) const {
    alignas(simd::alignment) double passes[simd::lanes<D>];
    for (std::size_t i = 0; i < simd::lanes<D>; ++i)
      passes[i] = fast + i < panel_.n_fast ? panel_.passes(background, fast + i, slow_) : 1.0;
    return simd::load<D>(passes);
  }

  const PlanView& plan_;
  const PanelView& panel_;
  std::size_t slow_;
  const SmoothPatches& smooth_;
};

/// What is there beside the light of terms: backgrounds, and the factors of older programs where the plan has their
/// order.
template <class D, std::size_t W>
[[gnu::noinline]] void look_around(const PlanView& plan, const PanelView& panel, std::size_t fast, std::size_t slow,
                                   Surroundings<W>& out, const SmoothPatches& smooth = {}) {
  constexpr std::size_t lanes = simd::lanes<D>;
  if (plan.ordered_sums)
    for (std::size_t i = 0; i < W; i += lanes)
      simd::store(out.factor + i, first_sample_factors<D>(plan, panel, fast + i, slow).product());
  if (!has_background(plan)) return;
  alignas(simd::alignment) double photons[W + lanes];
  const std::size_t before = fast % lanes;
  const BackgroundRow<D> row(plan, panel, slow, smooth);
  for (std::size_t i = 0; i < W + before; i += lanes) simd::store(photons + i, row.photons(fast - before + i));
  std::copy_n(photons + before, W, out.background);
}

}  // namespace femtobragg::kernel
