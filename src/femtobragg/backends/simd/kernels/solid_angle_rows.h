// The solid angle of the rendered pixels, for the report.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "femtobragg/backends/simd/kernels/tile_geometry.h"
#include "femtobragg/base/simd.h"

namespace femtobragg::kernel {

struct RenderedPixels {
  std::size_t count = 0;
  double solid_angle_sr = 0;
};

/// Pixels whose solid angles are computed in one go.
inline constexpr std::size_t solid_angle_run = 256;

/// Up to solid_angle_run pixels of a row. P: packs of the number type that the run asks for.
template <class P>
class PixelRun {
 public:
  using Real = typename P::value_type;

  PixelRun(const PlanView& plan, const PanelView& panel, std::size_t fast, std::size_t slow)
      : plan_(plan),
        panel_(panel),
        fast_(fast),
        slow_(slow),
        length_(std::min(solid_angle_run, panel.fast_end - fast)) {}

  std::size_t rendered() const {
    if (!panel_.mask) return length_;
    const std::uint8_t* const mask = panel_.mask + slow_ * panel_.n_fast + fast_;
    return length_ - static_cast<std::size_t>(std::count(mask, mask + length_, std::uint8_t{0}));
  }

  /// Solid angle at the sensor's surface: the sum over all sub-pixels.
  double surface() const {
    double sum = 0;
    for (std::size_t sub_slow = 0; sub_slow < plan_.oversample; ++sub_slow)
      for (std::size_t sub_fast = 0; sub_fast < plan_.oversample; ++sub_fast) sum += of_sub_pixel(sub_fast, sub_slow);
    return sum;
  }

  /// What was in force over all steps, as older programs add it up. D: packs of doubles.
  template <class D>
  double stepped() const {
    const bool first_only = plan_.solid_angle == Factor::FirstSample;
    double sum = 0;
    for_each_sample(plan_, panel_, [&](const SamplePlace& place) {
      alignas(simd::alignment) double each[solid_angle_run];
      for (std::size_t i = 0; i < length_; i += simd::lanes<D>) {
        const SensorPoint<D> point = points_of<D>(plan_, panel_, fast_ + i, slow_, first_only ? SamplePlace{} : place);
        simd::store(each + i, solid_angle(panel_, point, first_only ? 0.0 : panel_.layers[place.layer].depth_m));
      }
      for (std::size_t i = 0; i < length_; ++i)
        if (!panel_.skips(fast_ + i, slow_)) sum += each[i];
    });
    return sum;
  }

 private:
  double of_sub_pixel(std::size_t sub_fast, std::size_t sub_slow) const {
    if (panel_.bending != Bending::Flat)
      return solid_angle_at(panel_, panel_.radius_m, 0) * static_cast<double>(rendered());
    const auto row = straight_row<P, solid_angle_run>(plan_, panel_, fast_, slow_, {0, sub_fast, sub_slow}, 0);
    const double middle = solid_angle_at(panel_, row.distance_m, 0);
    // Relative to the one in the middle of the run.
    alignas(simd::alignment) Real each[solid_angle_run];
    for (std::size_t i = 0; i < solid_angle_run; i += simd::lanes<P>) {
      const P one = number<P>(1), distance = sqrt(row.squared(simd::load<P>(pixel_steps<P, solid_angle_run>.p + i)));
      simd::store(each + i, panel_.facing_area_m2 > 0 ? physics::facing_pixel_solid_angle(one, distance)
                                                      : physics::flat_pixel_solid_angle(one, distance, one));
    }
    std::fill(each + length_, each + solid_angle_run, Real(0));
    if (panel_.mask)
      for (std::size_t i = 0; i < length_; ++i)
        if (panel_.skips(fast_ + i, slow_)) each[i] = 0;
    P sums = number<P>(0);
    for (std::size_t i = 0; i < solid_angle_run; i += simd::lanes<P>) sums += simd::load<P>(each + i);
    simd::store(each, sums);
    double sum = 0;
    for (std::size_t i = 0; i < simd::lanes<P>; ++i) sum += static_cast<double>(each[i]);
    return middle * sum;
  }

  const PlanView& plan_;
  const PanelView& panel_;
  std::size_t fast_, slow_, length_;
};

/// The rendered pixels of a row: their mean sub-pixels' solid angle, or what older programs report.
template <class P, class D>
[[gnu::noinline]] RenderedPixels rendered_pixels_of_row(const PlanView& plan, const PanelView& panel,
                                                        std::size_t slow) {
  RenderedPixels result;
  for (std::size_t fast = panel.fast_begin; fast < panel.fast_end; fast += solid_angle_run) {
    const PixelRun<P> run(plan, panel, fast, slow);
    if (run.rendered() == 0) continue;
    result.count += run.rendered();
    result.solid_angle_sr +=
        plan.ordered_sums && plan.solid_angle_over_steps ? run.template stepped<D>() : run.surface();
  }
  result.solid_angle_sr /=
      plan.solid_angle_over_steps ? plan.steps : static_cast<double>(plan.oversample * plan.oversample);
  return result;
}

}  // namespace femtobragg::kernel
