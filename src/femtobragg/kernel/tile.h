// A tile: neighbouring pixels of a row, computed together for a list of terms.
#pragma once

#include <cstddef>
#include <cstdint>

#include "femtobragg/kernel/strip_job.h"
#include "femtobragg/kernel/terms.h"
#include "femtobragg/kernel/tile_geometry.h"
#include "femtobragg/physics/tricubic.h"

namespace femtobragg::kernel {

/// How Miller indices along a tile are kept exact in the number type of the lanes.
enum class Residual {
  Plain,  ///< distance from the integers nearest to the tile's centre
  Split,  ///< the same in two parts, the first one exact: for float lanes and many cells or a table
};

/// Where the Miller indices of each term lie at a tile's centre, and how they change along it. The names are those of
/// `Arc`; `_low` holds what the first part leaves.
template <class Real>
struct TermsAtTile {
  alignas(simd::alignment) Real h[3][column_length];
  alignas(simd::alignment) Real h_low[3][column_length];
  alignas(simd::alignment) Real step[3][column_length];
  alignas(simd::alignment) Real step_low[3][column_length];
  alignas(simd::alignment) Real along[3][column_length];
  alignas(simd::alignment) Real radial[3][column_length];
  alignas(simd::alignment) Real squared_amplitude[column_length];  ///< x weight, relative
  alignas(simd::alignment) double hkl0[3][column_length];
  alignas(simd::alignment) double reach[column_length];  ///< largest |h - hkl0| of any pixel
  alignas(simd::alignment) double lit[column_length];    ///< 0: left out
  alignas(simd::alignment) double exact[6][3][column_length];
  std::uint16_t uniform[most_terms];  ///< terms whose amplitude is the same for all pixels
  std::uint16_t mixed[most_terms];    ///< the others
};

template <class Set, class Real, class Shape, Residual residual_kind>
class TileKernel {
 public:
  using P = simd::Pack<Real, Set>;
  using D = simd::Pack<double, Set>;
  static constexpr std::size_t vectors = 2;
  static constexpr std::size_t pixels = vectors * simd::lanes<P>;
  static constexpr bool split = residual_kind == Residual::Split;

  struct Scratch {
    SampleLanes<pixels> lanes;
    Arc<Real, pixels> arc;
    TermsAtTile<Real> terms;
    alignas(simd::alignment) Real sums[pixels];
    alignas(simd::alignment) Real amplitudes[pixels];
  };

  TileKernel(const Plan& plan, const PanelPlan& panel, const TileFacts& facts, Scratch& scratch)
      : plan_(plan), panel_(panel), facts_(facts), s_(scratch), relative_(plan.domain) {}

  /// Adds the terms' sum for each of the tile's pixels, relative to the brightest possible term, each sample weighted
  /// with what the plan's rules put into the term.
  void add(const Terms& terms, std::size_t fast, std::size_t slow, double* sums) {
    for (std::size_t layer = 0; layer < panel_.layers.size(); ++layer)
      for (std::size_t sub_slow = 0; sub_slow < plan_.oversample; ++sub_slow)
        for (std::size_t sub_fast = 0; sub_fast < plan_.oversample; ++sub_fast) {
          const SamplePlace place{layer, sub_fast, sub_slow};
          locate<D>(plan_, panel_, fast, slow, place, facts_.solid_angle, s_.lanes);
          follow_row<D>(s_.lanes, s_.arc);
          if (facts_.capture == Factor::FirstOfLayer && panel_.absorbs) capture_of_first(fast, slow, place);
          place_terms(terms);
          for (std::size_t i = 0; i < terms.segment_count; ++i) add_segment(terms, terms.segments[i], sums);
        }
  }

 private:
  struct Lane {
    Vec3<P> distance, nearest;
  };

  /// Miller indices of all terms at the centre of the tile, in double precision, and which terms can matter.
  void place_terms(const Terms& terms) {
    TermsAtTile<Real>& at = s_.terms;
    const Vec3<D> centre = vec3_of<D>(s_.arc.centre), tangent = vec3_of<D>(s_.arc.tangent);
    const D most_along(s_.arc.most_along), most_radial(s_.arc.most_radial), step(s_.arc.step);
    const D spread(facts_.metric_stretch * (s_.arc.most_along + s_.arc.most_radial));
    const bool needs_extent = plan_.structure_factors.values || !facts_.reach.everywhere;
    for (std::size_t i = 0; i < terms.count; i += simd::lanes<D>) {
      Vec3<D> middle, extent;
      D* const middles[3] = {&middle.x, &middle.y, &middle.z};
      D* const extents[3] = {&extent.x, &extent.y, &extent.z};
      D furthest(0.);
      const Vec3<D> incident{simd::load<D>(terms.incident[0] + i), simd::load<D>(terms.incident[1] + i),
                             simd::load<D>(terms.incident[2] + i)};
      const Vec3<D> change = centre - incident;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const Vec3<D> row{simd::load<D>(terms.h_from_d[3 * axis] + i), simd::load<D>(terms.h_from_d[3 * axis + 1] + i),
                          simd::load<D>(terms.h_from_d[3 * axis + 2] + i)};
        const D h = dot(row, change), along = dot(row, tangent);
        const D radial = h - simd::load<D>(terms.h_offset[axis] + i);
        const D nearest = ceil(h - D(0.5));
        const D rest = h - nearest;
        if (needs_extent) {
          *middles[axis] = rest;
          *extents[axis] = abs(radial) * most_radial + abs(along) * most_along;
          furthest = max(furthest, abs(rest) + *extents[axis]);
          simd::store(at.hkl0[axis] + i, nearest);
        }
        simd::store(at.exact[0][axis] + i, rest);
        simd::store(at.exact[1][axis] + i, radial);
        simd::store(at.exact[2][axis] + i, along);
        if constexpr (split) split_terms(axis, i, rest, along * step);
      }
      if (needs_extent) simd::store(at.reach + i, furthest);
      if (!facts_.reach.everywhere)
        simd::store(at.lit + i, select(may_matter(facts_.reach, middle, extent, spread), D(1.), D(0.)));
    }
    for (std::size_t axis = 0; axis < 3; ++axis) {
      narrow(at.exact[split ? 3 : 0][axis], at.h[axis], terms.count);
      narrow(at.exact[1][axis], at.radial[axis], terms.count);
      narrow(at.exact[2][axis], at.along[axis], terms.count);
      if constexpr (split) {
        narrow(at.exact[0][axis], at.h_low[axis], terms.count);
        narrow(at.exact[4][axis], at.step[axis], terms.count);
        narrow(at.exact[5][axis], at.step_low[axis], terms.count);
      }
    }
  }

  /// Rounds to multiples of 2^-20 and 2^-19, so that h + p step has no rounding error in float lanes for |p| < 16.
  void split_terms(std::size_t axis, std::size_t i, const D& rest, const D& step) {
    TermsAtTile<Real>& at = s_.terms;
    const D h_grid(1048576.), step_grid(524288.);
    const D h_high = nearbyint(rest * h_grid) / h_grid, step_high = nearbyint(step * step_grid) / step_grid;
    simd::store(at.exact[0][axis] + i, rest - h_high);
    simd::store(at.exact[3][axis] + i, h_high);
    simd::store(at.exact[4][axis] + i, step_high);
    simd::store(at.exact[5][axis] + i, step - step_high);
  }

  static void narrow(const double* from, Real* to, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<Real>(from[i]);
  }

  void add_segment(const Terms& terms, const Segment& segment, double* sums) {
    std::size_t uniform = 0, mixed = 0;
    if (plan_.interpolate || plan_.structure_factors.values) {
      sort_by_amplitude(terms, segment, uniform, mixed);
    } else {
      if (plan_.structure_factors.outside == 0) return;
      for (std::size_t i = segment.begin; i < segment.end; ++i) {
        if (!facts_.reach.everywhere && s_.terms.lit[i] == 0) continue;
        s_.terms.squared_amplitude[i] = static_cast<Real>(terms.weight[i]);
        s_.terms.uniform[uniform++] = static_cast<std::uint16_t>(i);
      }
    }
    if (uniform + mixed == 0) return;
    P total[vectors];
    for (P& sum : total) sum = P(Real(0));
    sum_uniform(uniform, total);
    if (mixed > 0) sum_mixed(terms, mixed, total);
    for (std::size_t v = 0; v < vectors; ++v) simd::store(s_.sums + v * simd::lanes<P>, total[v]);
    weigh(segment, sums);
  }

  /// Sorts the segment's terms into those with one amplitude for the whole tile and the others.
  void sort_by_amplitude(const Terms& terms, const Segment& segment, std::size_t& uniform, std::size_t& mixed) {
    TermsAtTile<Real>& at = s_.terms;
    for (std::size_t i = segment.begin; i < segment.end; ++i) {
      if (!facts_.reach.everywhere && at.lit[i] == 0) continue;
      const Vec3d hkl0{at.hkl0[0][i], at.hkl0[1][i], at.hkl0[2][i]};
      if (!plan_.interpolate && at.reach[i] < 0.5) {
        const double amplitude = facts_.table_scale * physics::nearest_structure_factor(plan_.structure_factors, hkl0);
        if (amplitude == 0) continue;
        at.squared_amplitude[i] = static_cast<Real>(amplitude * amplitude * terms.weight[i]);
        at.uniform[uniform++] = static_cast<std::uint16_t>(i);
      } else if (plan_.interpolate || any_amplitude(hkl0, at.reach[i])) {
        at.mixed[mixed++] = static_cast<std::uint16_t>(i);
      }
    }
  }

  /// Whether some reflection next to hkl0 has an amplitude.
  bool any_amplitude(const Vec3d& hkl0, double reach) const {
    if (!(reach < 1.5)) return true;
    for (int h = -1; h <= 1; ++h)
      for (int k = -1; k <= 1; ++k)
        for (int l = -1; l <= 1; ++l)
          if (physics::nearest_structure_factor(plan_.structure_factors,
                                                hkl0 + Vec3d{double(h), double(k), double(l)}) != 0)
            return true;
    return false;
  }

  void sum_uniform(std::size_t count, P (&total)[vectors]) const {
    const TermsAtTile<Real>& at = s_.terms;
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t i = at.uniform[n];
      const P amplitude(at.squared_amplitude[i]);
      for (std::size_t v = 0; v < vectors; ++v) {
        const Vec3<P> distance{along_axis(0, i, v), along_axis(1, i, v), along_axis(2, i, v)};
        total[v] += amplitude * relative_(distance);
      }
    }
  }

  /// h minus the integer nearest to it, for one axis, term and pack of pixels.
  P along_axis(std::size_t axis, std::size_t i, std::size_t v) const {
    P high, low;
    parts(axis, i, v, high, low);
    if constexpr (!split) return high - nearbyint(high);
    const P distance = (high - nearbyint(high)) + low;
    return Shape::smooth_half_way ? distance : distance - past_half_way(distance);
  }

  void parts(std::size_t axis, std::size_t i, std::size_t v, P& high, P& low) const {
    const TermsAtTile<Real>& at = s_.terms;
    const std::size_t lane = v * simd::lanes<P>;
    const P radial = simd::load<P>(s_.arc.radial + lane);
    if constexpr (split) {
      const P p = simd::load<P>(s_.arc.p + lane), rest = simd::load<P>(s_.arc.along_rest + lane);
      high = P(at.h[axis][i]) + P(at.step[axis][i]) * p;
      low = P(at.h_low[axis][i]) + P(at.step_low[axis][i]) * p + P(at.along[axis][i]) * rest +
            P(at.radial[axis][i]) * radial;
    } else {
      const P along = simd::load<P>(s_.arc.along + lane);
      high = P(at.h[axis][i]) + P(at.radial[axis][i]) * radial + P(at.along[axis][i]) * along;
    }
  }

  void sum_mixed(const Terms& terms, std::size_t count, P (&total)[vectors]) {
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t i = s_.terms.mixed[n];
      const P weight(static_cast<Real>(terms.weight[i]));
      for (std::size_t v = 0; v < vectors; ++v) {
        Lane lane;
        nearest_along(lane.distance.x, lane.nearest.x, 0, i, v);
        nearest_along(lane.distance.y, lane.nearest.y, 1, i, v);
        nearest_along(lane.distance.z, lane.nearest.z, 2, i, v);
        const P amplitude = amplitudes(i, lane);
        total[v] += weight * (amplitude * amplitude) * relative_(lane.distance);
      }
    }
  }

  /// By how much the nearest integer changes when the second part is added to the first.
  static P past_half_way(const P& distance) {
    const P half(Real(0.5)), one(Real(1)), none(Real(0));
    return select(distance > half, one, select(distance <= -half, -one, none));
  }

  /// Half-way values go down, as everywhere.
  void nearest_along(P& distance, P& nearest, std::size_t axis, std::size_t i, std::size_t v) const {
    P high, low;
    parts(axis, i, v, high, low);
    nearest = ceil(high - P(Real(0.5)));
    distance = high - nearest;
    if constexpr (split) {
      distance += low;
      const P shift = past_half_way(distance);
      nearest += shift;
      distance -= shift;
    }
  }

  /// Relative amplitudes for the pixels of a pack.
  P amplitudes(std::size_t i, const Lane& lane) {
    const physics::StructureFactorBox& box = plan_.structure_factors;
    const TermsAtTile<Real>& at = s_.terms;
    const Vec3d hkl0{at.hkl0[0][i], at.hkl0[1][i], at.hkl0[2][i]};
    alignas(simd::alignment) Real nearest[3][simd::lanes<P>];
    simd::store(nearest[0], lane.nearest.x);
    simd::store(nearest[1], lane.nearest.y);
    simd::store(nearest[2], lane.nearest.z);
    if (plan_.interpolate) return interpolated(hkl0, nearest, lane.distance);
    const double span = at.reach[i] + 0.5;
    const bool inside = hkl0.x - span >= box.h_min && hkl0.x + span <= box.h_max && hkl0.y - span >= box.k_min &&
                        hkl0.y + span <= box.k_max && hkl0.z - span >= box.l_min && hkl0.z + span <= box.l_max;
    const Real scale = static_cast<Real>(facts_.table_scale);
    if (inside) {
      const double* const origin = box.values + box.index(hkl0.x, hkl0.y, hkl0.z);
      const auto k_stride = static_cast<std::ptrdiff_t>(box.l_max - box.l_min) + 1;
      const auto h_stride = (static_cast<std::ptrdiff_t>(box.k_max - box.k_min) + 1) * k_stride;
      for (std::size_t l = 0; l < simd::lanes<P>; ++l)
        s_.amplitudes[l] = static_cast<Real>(
            origin[static_cast<std::ptrdiff_t>(nearest[0][l]) * h_stride +
                   static_cast<std::ptrdiff_t>(nearest[1][l]) * k_stride + static_cast<std::ptrdiff_t>(nearest[2][l])]);
    } else {
      for (std::size_t l = 0; l < simd::lanes<P>; ++l)
        s_.amplitudes[l] = static_cast<Real>(physics::nearest_structure_factor(
            box, {hkl0.x + nearest[0][l], hkl0.y + nearest[1][l], hkl0.z + nearest[2][l]}));
    }
    return simd::load<P>(s_.amplitudes) * P(scale);
  }

  P interpolated(const Vec3d& hkl0, const Real (&nearest)[3][simd::lanes<P>], const Vec3<P>& distance) {
    const physics::StructureFactorBox& box = plan_.structure_factors;
    alignas(simd::alignment) Real rest[3][simd::lanes<P>];
    simd::store(rest[0], distance.x);
    simd::store(rest[1], distance.y);
    simd::store(rest[2], distance.z);
    for (std::size_t l = 0; l < simd::lanes<P>; ++l) {
      const Vec3d whole{hkl0.x + nearest[0][l], hkl0.y + nearest[1][l], hkl0.z + nearest[2][l]};
      const Vec3d hkl = whole + Vec3d{rest[0][l], rest[1][l], rest[2][l]};
      const double amplitude = physics::can_interpolate(box, hkl) ? physics::tricubic_structure_factor(box, hkl)
                                                                  : physics::nearest_structure_factor(box, whole);
      s_.amplitudes[l] = static_cast<Real>(amplitude * facts_.table_scale);
    }
    return simd::load<P>(s_.amplitudes);
  }

  /// Adds a segment's sum with the factors that belong into the terms of this sample.
  void weigh(const Segment& segment, double* sums) {
    alignas(simd::alignment) double wide[pixels];
    for (std::size_t i = 0; i < pixels; ++i) wide[i] = static_cast<double>(s_.sums[i]);
    const Direction& direction = plan_.directions[segment.direction];
    const bool polarized = plan_.apply_polarization && facts_.polarization == Factor::EachSample;
    const bool captures = facts_.capture == Factor::EachSample || facts_.capture == Factor::FirstOfLayer;
    for (std::size_t i = 0; i < pixels; i += simd::lanes<D>) {
      const SensorPoint<D> point{{}, {}, directions_at<D>(s_.lanes, i)};
      D weight(1.);
      if (captures) weight *= simd::load<D>(s_.lanes.captured + i);
      if (polarized) weight *= polarization(plan_, direction, point);
      if (facts_.solid_angle == Factor::EachSample) weight *= simd::load<D>(s_.lanes.solid_angle_sr + i);
      if (plan_.d_min_m > 0) {
        const Vec3<D> q = physics::scattering_vector(point.diffracted, vec3_of<D>(direction.incident),
                                                     D(plan_.rays[segment.ray].wavelength_m));
        weight = select(is_cut(plan_, q), D(0.), weight);
      }
      simd::store(sums + i, simd::load<D>(sums + i) + weight * simd::load<D>(wide + i));
    }
  }

  /// Older programs compute capture at the first sub-pixel of a layer.
  void capture_of_first(std::size_t fast, std::size_t slow, const SamplePlace& place) {
    for (std::size_t i = 0; i < pixels; i += simd::lanes<D>)
      simd::store(s_.lanes.captured + i,
                  captured_fraction(panel_, points_of<D>(plan_, panel_, fast + i, slow, {place.layer, 0, 0}),
                                    panel_.layers[place.layer]));
  }

  const Plan& plan_;
  const PanelPlan& panel_;
  const TileFacts& facts_;
  Scratch& s_;
  typename Shape::template Relative<P> relative_;
};

}  // namespace femtobragg::kernel
