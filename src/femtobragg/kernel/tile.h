// A tile: neighbouring pixels of a row, computed together for a list of terms.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <type_traits>

#include "femtobragg/base/simd_pair.h"
#include "femtobragg/kernel/strip_job.h"
#include "femtobragg/kernel/terms.h"
#include "femtobragg/kernel/tile_geometry.h"
#include "femtobragg/physics/tricubic.h"

namespace femtobragg::kernel {

/// Wide tiles share the work at their centre among more pixels; they need one amplitude for all reflections. Narrow
/// tiles meet fewer reflections, waste fewer pixels beside a spot, and keep Miller indices exact in float lanes.
enum class TileWidth { Wide, Narrow };

/// Where the Miller indices of a term lie at a tile's centre, and how they change along it. The names are those of
/// `Arc`; `_low` holds what the first part leaves.
template <class Real>
struct alignas(32) PlacedTerm {
  Real h[4], along[4], radial[4];
  Real step[4], h_low[4], step_low[4];  ///< where they are kept in two parts
  Real squared_amplitude;               ///< x weight, relative
  double reach;                         ///< largest |h - hkl0| of any pixel
  Vec3d hkl0;                           ///< nearest integers at the tile's centre
};

/// Terms that are added up before their sum is added to the total: keeps rounding errors of long sums small.
inline constexpr std::size_t partial_sum = 32;

template <class Set, class Real, class Shape, TileWidth width>
class TileKernel {
 public:
  static constexpr std::size_t packs = (width == TileWidth::Wide ? 4 : 2) / (Shape::compact ? 2 : 1);
  using P = simd::InStep<simd::Pack<Real, Set>, packs>;
  using D = simd::Pack<double, Set>;
  using Q = simd::AxisPack<Set>;
  static constexpr std::size_t pixels = simd::lanes<P>;
  /// Whether Miller indices are kept in two parts, the first one exact.
  static constexpr bool split = width == TileWidth::Narrow && std::is_same_v<Real, float>;

  struct Scratch {
    Arc<Real, pixels> arc;
    PlacedTerm<Real> uniform[most_terms + 1];  ///< terms whose amplitude is the same for all pixels
    PlacedTerm<Real> mixed[most_terms];        ///< the others
    alignas(simd::alignment) Real sums[pixels];
    alignas(simd::alignment) Real amplitudes[pixels], offsets[pixels];
    Vec3d whole[pixels];
  };

  TileKernel(const Plan& plan, const PanelPlan& panel, const TileFacts& facts, Scratch& scratch)
      : plan_(plan),
        panel_(panel),
        facts_(facts),
        s_(scratch),
        relative_(plan.domain),
        same_everywhere_(!plan.structure_factors.values && !facts.test_tiles) {}

  /// Adds the sum of the chosen terms for each of the tile's pixels, relative to the brightest possible term, each
  /// sample weighted with what the plan's rules put into the term.
  void add(const Terms& terms, const TermSet& chosen, std::size_t fast, std::size_t slow, double* sums) {
    for_each_sample(plan_, panel_, [&](const SamplePlace& place) {
      const double depth_m = panel_.layers[place.layer].depth_m;
      follow_row<P, D>(plan_, panel_, fast, slow, place, facts_.solid_angle == Factor::EachSample ? depth_m : 0.0,
                       s_.arc);
      if (captures()) {
        // Older programs compute capture at the first sub-pixel of a layer.
        const bool of_first = facts_.capture == Factor::FirstOfLayer;
        capture<D>(plan_, panel_, fast, slow, of_first ? SamplePlace{place.layer, 0, 0} : place, s_.arc);
      }
      for (std::size_t i = 0; i < terms.segment_count; ++i) {
        if (!sum_segment(terms, chosen, terms.segments[i])) continue;
        weigh(terms.segments[i], fast, slow, place);
        for (std::size_t pixel = 0; pixel < pixels; ++pixel) sums[pixel] += static_cast<double>(s_.sums[pixel]);
      }
    });
  }

 private:
  struct Lane {
    Vec3<P> distance, nearest;
  };

  static double square(double x) { return x * x; }

  bool captures() const {
    return panel_.absorbs && (facts_.capture == Factor::EachSample || facts_.capture == Factor::FirstOfLayer);
  }

  /// Sums up the chosen terms of a segment. False if there are none that matter.
  bool sum_segment(const Terms& terms, const TermSet& chosen, const Segment& segment) {
    std::size_t uniform = 0, mixed = 0;
    const Vec3d change = s_.arc.centre - plan_.directions[segment.direction].incident;
    if (same_everywhere_) {
      const double squared_amplitude = square(facts_.table_scale * plan_.structure_factors.outside);
      for_each_term(chosen, segment.begin, segment.end, [&](std::size_t i) {
        PlacedTerm<Real>& placed = s_.uniform[uniform++];
        place(terms.list[i], change, placed);
        placed.squared_amplitude = static_cast<Real>(squared_amplitude * terms.list[i].weight);
      });
    } else {
      for_each_term(chosen, segment.begin, segment.end, [&](std::size_t i) {
        PlacedTerm<Real>& placed = s_.uniform[uniform];
        const TermExtent extent = place(terms.list[i], change, placed);
        if (facts_.test_tiles && !reaches(extent)) return;
        const double weight = terms.list[i].weight;
        switch (amplitude_of(placed, extent, weight)) {
          case Amplitude::Uniform: ++uniform; break;
          case Amplitude::Mixed:
            placed.squared_amplitude = static_cast<Real>(weight);
            s_.mixed[mixed++] = placed;
            break;
          case Amplitude::None: break;
        }
      });
    }
    if (uniform + mixed == 0) return false;
    P total(Real(0));
    sum_uniform(uniform, total);
    sum_mixed(mixed, total);
    simd::store(s_.sums, total);
    return true;
  }

  /// Where a term's Miller indices lie at the centre of the tile: the nearest integers and the rest; and how far the
  /// pixels' indices are from there.
  struct TermExtent {
    alignas(32) AxisLanes hkl0, rest, extent;
  };

  /// In double precision. `change`: from the incident ray to the centre of the tile.
  [[gnu::always_inline]] TermExtent place(const Term& term, const Vec3d& change, PlacedTerm<Real>& placed) const {
    const auto& arc = s_.arc;
    TermExtent result;
    alignas(32) AxisLanes along, radial;
    for (std::size_t a = 0; a < 4; a += simd::lanes<Q>) {
      const Q x = simd::load<Q>(term.m_x + a), y = simd::load<Q>(term.m_y + a), z = simd::load<Q>(term.m_z + a);
      const Q h = x * Q(change.x) + y * Q(change.y) + z * Q(change.z);
      const Q whole = ceil(h - Q(0.5));
      const Q turn = x * Q(arc.tangent.x) + y * Q(arc.tangent.y) + z * Q(arc.tangent.z);
      const Q grow = h - simd::load<Q>(term.offset + a);
      simd::store(result.hkl0 + a, whole);
      simd::store(result.rest + a, h - whole);
      simd::store(result.extent + a, abs(grow) * Q(arc.most_radial) + abs(turn) * Q(arc.most_along));
      simd::store(along + a, turn);
      simd::store(radial + a, grow);
    }
    narrow(along, placed.along);
    narrow(radial, placed.radial);
    if constexpr (split)
      split_parts(result.rest, along, placed);
    else
      narrow(result.rest, placed.h);
    return result;
  }

  /// Whether the term can matter in this tile.
  bool reaches(const TermExtent& term) const {
    const auto lanes = [](const AxisLanes& x) { return Vec3<D>{D(x[0]), D(x[1]), D(x[2])}; };
    return any(may_matter<D>(facts_.reach, lanes(term.rest), lanes(term.extent),
                             D(facts_.metric_stretch * (s_.arc.most_along + s_.arc.most_radial))));
  }

  static void narrow(const AxisLanes& from, Real (&to)[4]) {
    for (std::size_t a = 0; a < 4; ++a) to[a] = static_cast<Real>(from[a]);
  }

  /// Multiples of 2^-20 and 2^-19, so that h + p step has no rounding error in float lanes for |p| < 16, and the rest.
  void split_parts(const AxisLanes& rest, const AxisLanes& along, PlacedTerm<Real>& placed) const {
    alignas(32) AxisLanes h_high, h_low, step_high, step_low;
    for (std::size_t a = 0; a < 4; a += simd::lanes<Q>) {
      const Q h = simd::load<Q>(rest + a), step = simd::load<Q>(along + a) * Q(s_.arc.step);
      const Q h_on_grid = nearbyint(h * Q(1048576.)) * Q(1. / 1048576);
      const Q step_on_grid = nearbyint(step * Q(524288.)) * Q(1. / 524288);
      simd::store(h_high + a, h_on_grid);
      simd::store(h_low + a, h - h_on_grid);
      simd::store(step_high + a, step_on_grid);
      simd::store(step_low + a, step - step_on_grid);
    }
    narrow(h_high, placed.h);
    narrow(h_low, placed.h_low);
    narrow(step_high, placed.step);
    narrow(step_low, placed.step_low);
  }

  enum class Amplitude { None, Uniform, Mixed };

  /// Whether all pixels of the tile have the same amplitude, and which.
  Amplitude amplitude_of(PlacedTerm<Real>& placed, const TermExtent& term, double weight) const {
    const physics::StructureFactorBox& box = plan_.structure_factors;
    const Vec3d hkl0{term.hkl0[0], term.hkl0[1], term.hkl0[2]};
    if (box.values) {
      placed.hkl0 = hkl0;
      placed.reach = std::max({std::abs(term.rest[0]) + term.extent[0], std::abs(term.rest[1]) + term.extent[1],
                               std::abs(term.rest[2]) + term.extent[2]});
      if (plan_.interpolate) return Amplitude::Mixed;
      if (!(placed.reach < 0.5)) return any_amplitude(hkl0, placed.reach) ? Amplitude::Mixed : Amplitude::None;
    }
    const double amplitude = box.values ? physics::nearest_structure_factor(box, hkl0) : box.outside;
    if (amplitude == 0) return Amplitude::None;
    placed.squared_amplitude = static_cast<Real>(square(facts_.table_scale * amplitude) * weight);
    return Amplitude::Uniform;
  }

  /// Whether some reflection next to hkl0 has an amplitude.
  bool any_amplitude(const Vec3d& hkl0, double reach) const {
    const physics::StructureFactorBox& box = plan_.structure_factors;
    const double span = reach + 0.5;
    if (hkl0.x + span < box.h_min || hkl0.x - span > box.h_max || hkl0.y + span < box.k_min ||
        hkl0.y - span > box.k_max || hkl0.z + span < box.l_min || hkl0.z - span > box.l_max)
      return box.outside != 0;
    if (!(reach < 1.5)) return true;
    for (int h = -1; h <= 1; ++h)
      for (int k = -1; k <= 1; ++k)
        for (int l = -1; l <= 1; ++l)
          if (physics::nearest_structure_factor(plan_.structure_factors,
                                                hkl0 + Vec3d{double(h), double(k), double(l)}) != 0)
            return true;
    return false;
  }

  /// Calls add(term index, partial sum) for all terms, and adds the partial sums to the total.
  template <class Add>
  static void sum_in_parts(std::size_t count, P& total, Add&& add) {
    for (std::size_t begin = 0; begin < count; begin += partial_sum) {
      P partial(Real(0));
      const std::size_t end = std::min(begin + partial_sum, count);
      for (std::size_t n = begin; n < end; ++n) add(n, partial);
      total += partial;
    }
  }

  void sum_uniform(std::size_t count, P& total) const {
    sum_in_parts(count, total, [&](std::size_t n, P& sum) {
      const PlacedTerm<Real>& term = s_.uniform[n];
      auto factor = relative_.start();
      for (std::size_t axis = 0; axis < 3; ++axis) relative_.add(factor, axis, along_axis(axis, term));
      sum += P(term.squared_amplitude) * relative_.value(factor);
    });
  }

  /// h minus the integer nearest to it, for one axis and term.
  P along_axis(std::size_t axis, const PlacedTerm<Real>& term) const {
    P high, low;
    parts(axis, term, high, low);
    if constexpr (!split) return high - nearbyint(high);
    const P distance = (high - nearbyint(high)) + low;
    return Shape::smooth_half_way ? distance : distance - past_half_way(distance);
  }

  void parts(std::size_t axis, const PlacedTerm<Real>& term, P& high, P& low) const {
    const P radial = simd::load<P>(s_.arc.radial);
    if constexpr (split) {
      const P p = simd::load<P>(pixel_steps<P, pixels>.p), rest = simd::load<P>(s_.arc.along_rest);
      high = P(term.h[axis]) + P(term.step[axis]) * p;
      low =
          P(term.h_low[axis]) + P(term.step_low[axis]) * p + P(term.along[axis]) * rest + P(term.radial[axis]) * radial;
    } else {
      const P along = simd::load<P>(s_.arc.along);
      high = P(term.h[axis]) + P(term.radial[axis]) * radial + P(term.along[axis]) * along;
    }
  }

  void sum_mixed(std::size_t count, P& total) {
    sum_in_parts(count, total, [&](std::size_t n, P& sum) {
      const PlacedTerm<Real>& term = s_.mixed[n];
      Lane lane;
      nearest_along(lane.distance.x, lane.nearest.x, 0, term);
      nearest_along(lane.distance.y, lane.nearest.y, 1, term);
      nearest_along(lane.distance.z, lane.nearest.z, 2, term);
      const P amplitude = amplitudes(term, lane);
      sum += P(term.squared_amplitude) * (amplitude * amplitude) * physics::relative_at(relative_, lane.distance);
    });
  }

  /// By how much the nearest integer changes when the second part is added to the first.
  static P past_half_way(const P& distance) {
    const P half(Real(0.5)), one(Real(1)), none(Real(0));
    return select(distance > half, one, select(distance <= -half, -one, none));
  }

  /// Half-way values go down, as everywhere.
  void nearest_along(P& distance, P& nearest, std::size_t axis, const PlacedTerm<Real>& term) const {
    P high, low;
    parts(axis, term, high, low);
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
  P amplitudes(const PlacedTerm<Real>& term, const Lane& lane) {
    const physics::StructureFactorBox& box = plan_.structure_factors;
    const Vec3d& hkl0 = term.hkl0;
    if (plan_.interpolate) return interpolated(hkl0, lane);
    const double span = term.reach + 0.5;
    const bool inside = hkl0.x - span >= box.h_min && hkl0.x + span <= box.h_max && hkl0.y - span >= box.k_min &&
                        hkl0.y + span <= box.k_max && hkl0.z - span >= box.l_min && hkl0.z + span <= box.l_max;
    const double k_stride = box.l_max - box.l_min + 1, h_stride = (box.k_max - box.k_min + 1) * k_stride;
    constexpr double exact_in_float = 8e6;
    if (inside && span * h_stride < exact_in_float) {
      const double* const origin = box.values + box.index(hkl0.x, hkl0.y, hkl0.z);
      simd::store(s_.offsets, lane.nearest.x * P(static_cast<Real>(h_stride)) +
                                  lane.nearest.y * P(static_cast<Real>(k_stride)) + lane.nearest.z);
      for (std::size_t l = 0; l < simd::lanes<P>; ++l)
        s_.amplitudes[l] = static_cast<Real>(origin[static_cast<int>(s_.offsets[l])]);
    } else {
      const Vec3d* const whole = whole_indices(hkl0, lane);
      for (std::size_t l = 0; l < simd::lanes<P>; ++l)
        s_.amplitudes[l] = static_cast<Real>(physics::nearest_structure_factor(box, whole[l]));
    }
    return simd::load<P>(s_.amplitudes) * P(static_cast<Real>(facts_.table_scale));
  }

  const Vec3d* whole_indices(const Vec3d& hkl0, const Lane& lane) {
    alignas(simd::alignment) Real nearest[3][simd::lanes<P>];
    simd::store(nearest[0], lane.nearest.x);
    simd::store(nearest[1], lane.nearest.y);
    simd::store(nearest[2], lane.nearest.z);
    for (std::size_t l = 0; l < simd::lanes<P>; ++l)
      s_.whole[l] = {hkl0.x + nearest[0][l], hkl0.y + nearest[1][l], hkl0.z + nearest[2][l]};
    return s_.whole;
  }

  P interpolated(const Vec3d& hkl0, const Lane& lane) {
    const physics::StructureFactorBox& box = plan_.structure_factors;
    const Vec3d* const whole = whole_indices(hkl0, lane);
    alignas(simd::alignment) Real rest[3][simd::lanes<P>];
    simd::store(rest[0], lane.distance.x);
    simd::store(rest[1], lane.distance.y);
    simd::store(rest[2], lane.distance.z);
    for (std::size_t l = 0; l < simd::lanes<P>; ++l) {
      const Vec3d hkl = whole[l] + Vec3d{rest[0][l], rest[1][l], rest[2][l]};
      const double amplitude = physics::can_interpolate(box, hkl) ? physics::tricubic_structure_factor(box, hkl)
                                                                  : physics::nearest_structure_factor(box, whole[l]);
      s_.amplitudes[l] = static_cast<Real>(amplitude * facts_.table_scale);
    }
    return simd::load<P>(s_.amplitudes);
  }

  /// Multiplies a segment's sum with the factors that belong into the terms of this sample.
  void weigh(const Segment& segment, std::size_t fast, std::size_t slow, const SamplePlace& place) {
    const Direction& direction = plan_.directions[segment.direction];
    const bool polarized = plan_.apply_polarization && facts_.polarization == Factor::EachSample;
    const bool captured = captures(), per_solid_angle = facts_.solid_angle == Factor::EachSample;
    for (std::size_t i = 0; i < pixels; i += simd::lanes<P>) {
      P sum = simd::load<P>(s_.sums + i);
      if (captured) sum = sum * simd::load<P>(s_.arc.captured + i);
      if (polarized) sum = sum * polarization(plan_, direction, s_.arc.template direction<P>(i));
      if (per_solid_angle) sum = sum * simd::load<P>(s_.arc.solid_angle_sr + i);
      simd::store(s_.sums + i, sum);
    }
    if (plan_.d_min_m > 0) cut(segment, fast, slow, place);
  }

  /// Clears pixels beyond the resolution limit. In doubles: it is all or nothing.
  void cut(const Segment& segment, std::size_t fast, std::size_t slow, const SamplePlace& place) {
    alignas(simd::alignment) double kept[pixels];
    const Vec3<D> incident = vec3_of<D>(plan_.directions[segment.direction].incident);
    for (std::size_t i = 0; i < pixels; i += simd::lanes<D>) {
      const Vec3<D> diffracted = points_of<D>(plan_, panel_, fast + i, slow, place).diffracted;
      const Vec3<D> q = physics::scattering_vector(diffracted, incident, D(plan_.rays[segment.ray].wavelength_m));
      simd::store(kept + i, select(is_cut(plan_, q), D(0.), D(1.)));
    }
    for (std::size_t i = 0; i < pixels; ++i) s_.sums[i] *= static_cast<Real>(kept[i]);
  }

  const Plan& plan_;
  const PanelPlan& panel_;
  const TileFacts& facts_;
  Scratch& s_;
  typename Shape::template Relative<P> relative_;
  bool same_everywhere_;  ///< one amplitude for all reflections, and no term is left out
};

}  // namespace femtobragg::kernel
