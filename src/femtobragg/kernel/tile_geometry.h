// Where the pixels of a tile lie, and how their Miller indices run along it.
#pragma once

#include <cstddef>

#include "femtobragg/base/simd.h"
#include "femtobragg/kernel/sample.h"

namespace femtobragg::kernel {

/// One layer and sub-pixel.
struct SamplePlace {
  std::size_t layer = 0, sub_fast = 0, sub_slow = 0;
};

/// What one sample of each pixel sees. W pixels.
template <std::size_t W>
struct SampleLanes {
  alignas(simd::alignment) double direction[3][W];  ///< unit vectors of the diffracted rays
  alignas(simd::alignment) double solid_angle_sr[W];
  alignas(simd::alignment) double captured[W];
};

/// Directions along a row of pixels lie on a great circle: d(p) = (1 + radial) centre + along tangent, with p the
/// number of pixels from the centre of the tile.
template <class Real, std::size_t W>
struct Arc {
  Vec3d centre, tangent;
  double step;        ///< radians a pixel, so that along = p step + along_rest
  double most_along;  ///< largest |along|
  double most_radial;
  alignas(simd::alignment) Real p[W];
  alignas(simd::alignment) Real along[W];
  alignas(simd::alignment) Real along_rest[W];
  alignas(simd::alignment) Real radial[W];
};

/// Offsets of pixels from `fast` on along the fast axis, as many as a pack holds.
template <class D>
D offsets_of(const Plan& plan, const PanelPlan& panel, std::size_t fast, std::size_t sub_fast) {
  alignas(simd::alignment) static constexpr double lane[] = {0, 1, 2, 3, 4, 5, 6, 7};
  static_assert(simd::lanes<D> <= 8);
  const double edge = panel.pixel_size_m / static_cast<double>(plan.oversample);
  const D first(static_cast<double>(fast * plan.oversample + sub_fast));
  return D(edge) * (first + simd::load<D>(lane) * D(static_cast<double>(plan.oversample))) + D(edge / 2.0);
}

/// Where these pixels lie.
template <class D>
[[gnu::noinline]] SensorPoint<D> points_of(const Plan& plan, const PanelPlan& panel, std::size_t fast, std::size_t slow,
                                           const SamplePlace& place, double depth_m) {
  const double slow_m = sub_pixel_offset_m(panel, plan.oversample, slow, place.sub_slow);
  return sensor_point(panel, offsets_of<D>(plan, panel, fast, place.sub_fast), D(slow_m), depth_m);
}
template <class D>
SensorPoint<D> points_of(const Plan& plan, const PanelPlan& panel, std::size_t fast, std::size_t slow,
                         const SamplePlace& place) {
  return points_of<D>(plan, panel, fast, slow, place, panel.layers[place.layer].depth_m);
}

/// The solid angle follows older programs where their rule says so: without the depth of the layer.
template <class D, std::size_t W>
[[gnu::noinline]] void locate(const Plan& plan, const PanelPlan& panel, std::size_t fast, std::size_t slow,
                              const SamplePlace& place, Factor solid_angle_rule, SampleLanes<W>& lanes) {
  const Layer& layer = panel.layers[place.layer];
  for (std::size_t i = 0; i < W; i += simd::lanes<D>) {
    const SensorPoint<D> point = points_of<D>(plan, panel, fast + i, slow, place);
    simd::store(lanes.direction[0] + i, point.diffracted.x);
    simd::store(lanes.direction[1] + i, point.diffracted.y);
    simd::store(lanes.direction[2] + i, point.diffracted.z);
    simd::store(lanes.solid_angle_sr + i,
                solid_angle(panel, point, solid_angle_rule == Factor::EachSample ? layer.depth_m : 0.0));
    simd::store(lanes.captured + i, panel.absorbs ? captured_fraction(panel, point, layer) : D(1.0));
  }
}

template <class D, std::size_t W>
Vec3<D> directions_at(const SampleLanes<W>& lanes, std::size_t i) {
  return {simd::load<D>(lanes.direction[0] + i), simd::load<D>(lanes.direction[1] + i),
          simd::load<D>(lanes.direction[2] + i)};
}

template <class D, class Real, std::size_t W>
[[gnu::noinline]] void follow_row(const SampleLanes<W>& lanes, Arc<Real, W>& arc) {
  const auto at = [&](std::size_t i) {
    return Vec3d{lanes.direction[0][i], lanes.direction[1][i], lanes.direction[2][i]};
  };
  const Vec3d first = at(0), last = at(W - 1);
  const Vec3d middle = first + last;
  arc.centre = middle * (1.0 / norm(middle));
  // The chord is short: rounding turns it a little towards the centre.
  const Vec3d chord = last - first, across = chord - arc.centre * dot(chord, arc.centre);
  arc.tangent = across * (1.0 / norm(across));
  alignas(simd::alignment) double along[W], radial[W];
  for (std::size_t i = 0; i < W; i += simd::lanes<D>) {
    const Vec3<D> d = directions_at<D>(lanes, i);
    simd::store(along + i, dot(d, vec3_of<D>(arc.tangent)));
    simd::store(radial + i, dot(d, vec3_of<D>(arc.centre)) - D(1.0));
  }
  arc.most_along = along[W - 1];
  arc.most_radial = -radial[0];
  arc.step = (along[W - 1] - along[0]) / static_cast<double>(W - 1);
  for (std::size_t i = 0; i < W; ++i) {
    const double p = static_cast<double>(i) - 0.5 * static_cast<double>(W - 1);
    arc.p[i] = static_cast<Real>(p);
    arc.along[i] = static_cast<Real>(along[i]);
    arc.along_rest[i] = static_cast<Real>(along[i] - p * arc.step);
    arc.radial[i] = static_cast<Real>(radial[i]);
  }
}

}  // namespace femtobragg::kernel
