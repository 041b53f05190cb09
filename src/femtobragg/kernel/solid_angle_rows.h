// The solid angle of the rendered pixels, for the report.
#pragma once

#include <algorithm>
#include <cstddef>

#include "femtobragg/base/simd.h"
#include "femtobragg/kernel/tile_geometry.h"

namespace femtobragg::kernel {

struct RenderedPixels {
  std::size_t count = 0;
  double solid_angle_sr = 0;
};

/// Pixels whose solid angles are computed in one go.
inline constexpr std::size_t solid_angle_run = 256;

/// Adds to `sums` the solid angles of one sub-pixel of each pixel, at the sensor's surface.
template <class P>
void add_surface_solid_angles(const Plan& plan, const PanelPlan& panel, std::size_t fast, std::size_t slow,
                              const SamplePlace& place, double (&sums)[solid_angle_run]) {
  using Real = typename P::value_type;
  const bool flat = panel.bending == Bending::Flat;
  const auto row = straight_row<P, solid_angle_run>(plan, panel, fast, slow, place, 0);
  const double middle = solid_angle_at(panel, flat ? row.distance_m : panel.radius_m, 0);
  alignas(simd::alignment) Real relative[solid_angle_run];
  const P one = number<P>(1);
  for (std::size_t i = 0; i < solid_angle_run; i += simd::lanes<P>) {
    const P distance = sqrt(one + row.stretch(simd::load<P>(pixel_steps<P, solid_angle_run>.p + i)));
    simd::store(relative + i, !flat                      ? one
                              : panel.facing_area_m2 > 0 ? physics::facing_pixel_solid_angle(one, distance)
                                                         : physics::flat_pixel_solid_angle(one, distance, one));
  }
  for (std::size_t i = 0; i < solid_angle_run; ++i) sums[i] += middle * static_cast<double>(relative[i]);
}

/// The mean of the sub-pixels of each pixel, or the sum of what was in force over all steps where older programs
/// report that; times a number that is the same for all.
template <class P, class D>
void solid_angles(const Plan& plan, const PanelPlan& panel, std::size_t fast, std::size_t slow,
                  double (&sums)[solid_angle_run]) {
  std::fill_n(sums, solid_angle_run, 0.0);
  if (!(plan.ordered_sums && plan.solid_angle_over_steps)) {
    for (std::size_t sub_slow = 0; sub_slow < plan.oversample; ++sub_slow)
      for (std::size_t sub_fast = 0; sub_fast < plan.oversample; ++sub_fast)
        add_surface_solid_angles<P>(plan, panel, fast, slow, {0, sub_fast, sub_slow}, sums);
    return;
  }
  const bool first_only = plan.solid_angle == Factor::FirstSample;
  for_each_sample(plan, panel, [&](const SamplePlace& place) {
    for (std::size_t i = 0; i < solid_angle_run; i += simd::lanes<D>) {
      const SensorPoint<D> point = points_of<D>(plan, panel, fast + i, slow, first_only ? SamplePlace{} : place);
      const double depth_m = first_only ? 0.0 : panel.layers[place.layer].depth_m;
      simd::store(sums + i, simd::load<D>(sums + i) + solid_angle(panel, point, depth_m));
    }
  });
}

/// The rendered pixels of a row. P: packs of the number type that the run asks for; D: of doubles.
template <class P, class D>
[[gnu::noinline]] RenderedPixels rendered_pixels_of_row(const Plan& plan, const PanelPlan& panel, std::size_t slow) {
  alignas(simd::alignment) double each[solid_angle_run];
  constexpr std::size_t columns = 8;
  double sums[columns] = {};
  RenderedPixels result;
  for (std::size_t fast = panel.fast_begin; fast < panel.fast_end; fast += solid_angle_run) {
    solid_angles<P, D>(plan, panel, fast, slow, each);
    const std::size_t end = std::min(solid_angle_run, panel.fast_end - fast);
    std::fill(each + end, each + solid_angle_run, 0.0);
    result.count += end;
    if (panel.mask)
      for (std::size_t i = 0; i < end; ++i)
        if (panel.skips(fast + i, slow)) {
          each[i] = 0;
          --result.count;
        }
    for (std::size_t i = 0; i < solid_angle_run; i += columns)
      for (std::size_t c = 0; c < columns; ++c) sums[c] += each[i + c];
  }
  for (const double sum : sums) result.solid_angle_sr += sum;
  const double parts =
      plan.solid_angle_over_steps ? plan.steps : static_cast<double>(plan.oversample * plan.oversample);
  result.solid_angle_sr /= parts;
  return result;
}

}  // namespace femtobragg::kernel
