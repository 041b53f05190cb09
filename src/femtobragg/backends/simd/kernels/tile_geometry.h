// Where the pixels of a tile lie, and how their Miller indices run along it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "femtobragg/base/simd.h"
#include "femtobragg/kernel/sample.h"

namespace femtobragg::kernel {

/// One layer and sub-pixel.
struct SamplePlace {
  std::size_t layer = 0, sub_fast = 0, sub_slow = 0;
};

/// Calls f with the place of each sample of a pixel.
template <class F>
void for_each_sample(const PlanView& plan, const PanelView& panel, F&& f) {
  for (std::size_t layer = 0; layer < panel.layers.size(); ++layer)
    for (std::size_t sub_slow = 0; sub_slow < plan.oversample; ++sub_slow)
      for (std::size_t sub_fast = 0; sub_fast < plan.oversample; ++sub_fast) f(SamplePlace{layer, sub_fast, sub_slow});
}

/// Pixels from the middle of a tile of W to each of its pixels.
template <class Real, std::size_t W>
struct PixelSteps {
  alignas(simd::alignment) Real p[W];
  constexpr PixelSteps() : p{} {
    for (std::size_t i = 0; i < W; ++i) p[i] = static_cast<Real>(static_cast<double>(i) - 0.5 * (W - 1));
  }
};
/// P: a pack type, so that the numbers carry the name of the instruction set.
template <class P, std::size_t W>
inline constexpr PixelSteps<typename P::value_type, W> pixel_steps{};

/// What one sample of each pixel of a tile sees. Directions along a row lie on a great circle: d(p) = (1 + radial)
/// centre + along tangent, with p the number of pixels from the middle of the tile.
template <class Real, std::size_t W>
struct Arc {
  Vec3d centre, tangent;
  double step;         ///< radians a pixel, so that along = p step + along_rest
  double most_along;   ///< no |along| is larger
  double most_radial;  ///< no |radial| is larger
  alignas(simd::alignment) Real along[W];
  alignas(simd::alignment) Real along_rest[W];
  alignas(simd::alignment) Real radial[W];
  alignas(simd::alignment) Real solid_angle_sr[W];
  alignas(simd::alignment) Real captured[W];  ///< where the panel absorbs
};

/// Offsets of pixels from `fast` on along the fast axis, as many as a pack holds.
template <class D>
D offsets_of(const PlanView& plan, const PanelView& panel, std::size_t fast, std::size_t sub_fast) {
  alignas(simd::alignment) static constexpr double lane[] = {0, 1, 2, 3, 4, 5, 6, 7};
  static_assert(simd::lanes<D> <= 8);
  const double edge = panel.pixel_size_m / static_cast<double>(plan.oversample);
  const D first(static_cast<double>(fast * plan.oversample + sub_fast));
  return D(edge) * (first + simd::load<D>(lane) * D(static_cast<double>(plan.oversample))) + D(edge / 2.0);
}

/// Where these pixels lie, in doubles: for bent panels, and what is rarely asked for.
template <class D>
[[gnu::noinline]] SensorPoint<D> points_of(const PlanView& plan, const PanelView& panel, std::size_t fast,
                                           std::size_t slow, const SamplePlace& place, double depth_m) {
  const double slow_m = sub_pixel_offset_m(panel, plan.oversample, slow, place.sub_slow);
  return sensor_point(panel, offsets_of<D>(plan, panel, fast, place.sub_fast), D(slow_m), depth_m);
}
template <class D>
SensorPoint<D> points_of(const PlanView& plan, const PanelView& panel, std::size_t fast, std::size_t slow,
                         const SamplePlace& place) {
  return points_of<D>(plan, panel, fast, slow, place, panel.layers[place.layer].depth_m);
}

/// Points at equal steps along a straight line: point p lies at distance_m [(1 + outward p) centre + across p tangent].
/// A template on a pack type, as all functions here are, so that the code carries the name of the instruction set.
template <class P>
struct StraightRow {
  Vec3d centre, tangent;  ///< unit vectors
  double distance_m, across, outward;

  StraightRow(const Vec3d& middle_m, const Vec3d& step_m) {
    distance_m = norm(middle_m);
    const double per_m = 1.0 / distance_m;
    centre = middle_m * per_m;
    outward = dot(step_m, centre) * per_m;
    tangent = step_m * per_m - centre * outward;
    across = norm(tangent);
    tangent = tangent * (1.0 / across);
  }

  /// Square of the distance to point p, over distance_m^2.
  P squared(const P& p) const {
    const P forward = number<P>(1) + number<P>(outward) * p, sideways = number<P>(across) * p;
    return forward * forward + sideways * sideways;
  }
  /// The same less one, exact for small p.
  P stretch(const P& p) const {
    return p * (number<P>(2 * outward) + number<P>(across * across + outward * outward) * p);
  }
};

/// One sample of the pixels of a tile of W on a flat panel.
template <class P, std::size_t W>
StraightRow<P> straight_row(const PlanView& plan, const PanelView& panel, std::size_t fast, std::size_t slow,
                            const SamplePlace& place, double depth_m) {
  const double fast_m =
      sub_pixel_offset_m(panel, plan.oversample, fast, place.sub_fast) + 0.5 * (W - 1) * panel.pixel_size_m;
  const double slow_m = sub_pixel_offset_m(panel, plan.oversample, slow, place.sub_slow);
  return {point_of_plane(panel, fast_m, slow_m, depth_m), panel.fast_axis * panel.pixel_size_m};
}

/// Solid angles are those of pixels `solid_angle_depth_m` deep: older programs forget the depth of the layer.
template <class P, class Real, std::size_t W>
[[gnu::noinline]] void follow_straight_row(const PlanView& plan, const PanelView& panel, std::size_t fast,
                                           std::size_t slow, const SamplePlace& place, double solid_angle_depth_m,
                                           Arc<Real, W>& arc) {
  const auto row = straight_row<P, W>(plan, panel, fast, slow, place, panel.layers[place.layer].depth_m);
  arc.centre = row.centre;
  arc.tangent = row.tangent;
  arc.step = row.across;
  static_assert(simd::lanes<P> == W);
  const P one = number<P>(1), step = number<P>(row.across);
  const P step_low = number<P>(row.across - static_cast<double>(static_cast<Real>(row.across)));
  // Differences of nearly equal numbers are avoided: sqrt(1 + x) - 1 = x / (1 + sqrt(1 + x)).
  const P p = simd::load<P>(pixel_steps<P, W>.p);
  const P distance = sqrt(row.squared(p)), per_distance = one / distance;
  const P rest = -step * p * per_distance * (row.stretch(p) / (one + distance));
  const P along = step * p + (step_low * p + rest);
  const P cosine = (one + number<P>(row.outward) * p) * per_distance;
  simd::store(arc.along, along);
  simd::store(arc.along_rest, rest);
  simd::store(arc.radial, -along * along / (one + cosine));
  simd::store(arc.solid_angle_sr, solid_angle_at(panel, number<P>(row.distance_m) * distance, solid_angle_depth_m));
}

/// The same for a bent panel.
template <class D, class Real, std::size_t W>
[[gnu::noinline]] void follow_bent_row(const PlanView& plan, const PanelView& panel, std::size_t fast, std::size_t slow,
                                       const SamplePlace& place, double solid_angle_depth_m, Arc<Real, W>& arc) {
  alignas(simd::alignment) double direction[3][W], solid_angle_sr[W];
  for (std::size_t i = 0; i < W; i += simd::lanes<D>) {
    const SensorPoint<D> point = points_of<D>(plan, panel, fast + i, slow, place);
    simd::store(direction[0] + i, point.diffracted.x);
    simd::store(direction[1] + i, point.diffracted.y);
    simd::store(direction[2] + i, point.diffracted.z);
    simd::store(solid_angle_sr + i, solid_angle(panel, point, solid_angle_depth_m));
  }
  const auto at = [&](std::size_t i) { return Vec3d{direction[0][i], direction[1][i], direction[2][i]}; };
  const Vec3d first = at(0), last = at(W - 1), middle = first + last;
  arc.centre = middle * (1.0 / norm(middle));
  // The chord is short: rounding turns it a little towards the centre.
  const Vec3d chord = last - first, across = chord - arc.centre * dot(chord, arc.centre);
  arc.tangent = across * (1.0 / norm(across));
  arc.step = dot(chord, arc.tangent) / static_cast<double>(W - 1);
  for (std::size_t i = 0; i < W; ++i) {
    const double along = dot(at(i), arc.tangent), p = static_cast<double>(i) - 0.5 * (W - 1);
    arc.along[i] = static_cast<Real>(along);
    arc.along_rest[i] = static_cast<Real>(along - p * arc.step);
    arc.radial[i] = static_cast<Real>(dot(at(i), arc.centre) - 1.0);
    arc.solid_angle_sr[i] = static_cast<Real>(solid_angle_sr[i]);
  }
}

/// Fractions captured by the layer of `place`.
template <class D, class Real, std::size_t W>
[[gnu::noinline]] void capture(const PlanView& plan, const PanelView& panel, std::size_t fast, std::size_t slow,
                               const SamplePlace& place, Arc<Real, W>& arc) {
  alignas(simd::alignment) double captured[W];
  for (std::size_t i = 0; i < W; i += simd::lanes<D>)
    simd::store(captured + i,
                captured_fraction(panel, points_of<D>(plan, panel, fast + i, slow, place), panel.layers[place.layer]));
  for (std::size_t i = 0; i < W; ++i) arc.captured[i] = static_cast<Real>(captured[i]);
}

template <class P, class D, class Real, std::size_t W>
void follow_row(const PlanView& plan, const PanelView& panel, std::size_t fast, std::size_t slow,
                const SamplePlace& place, double solid_angle_depth_m, Arc<Real, W>& arc) {
  if (panel.bending == Bending::Flat)
    follow_straight_row<P>(plan, panel, fast, slow, place, solid_angle_depth_m, arc);
  else
    follow_bent_row<D>(plan, panel, fast, slow, place, solid_angle_depth_m, arc);
  // Both grow from the middle of a tile outwards; why_not_tiles() keeps tiles from spanning large angles.
  constexpr double rounding = 1 + 1e-6;
  const auto at_ends = [](const Real(&x)[W]) {
    return rounding * static_cast<double>(std::max(std::abs(x[0]), std::abs(x[W - 1])));
  };
  arc.most_along = at_ends(arc.along);
  arc.most_radial = at_ends(arc.radial);
}

}  // namespace femtobragg::kernel
