// A tile: neighbouring pixels of a row, computed together for a list of terms.
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "femtobragg/base/simd_pair.h"
#include "femtobragg/kernel/placed_term.h"
#include "femtobragg/kernel/strip_job.h"
#include "femtobragg/kernel/tile_amplitudes.h"

namespace femtobragg::kernel {

/// Wide tiles share the work at their centre among more pixels; they need one amplitude for all reflections. Narrow
/// tiles meet fewer reflections, waste fewer pixels beside a spot, and keep Miller indices exact in float lanes.
enum class TileWidth { Wide, Narrow };

/// Terms that are added up before their sum is added to the total: keeps rounding errors of long sums small.
inline constexpr std::size_t partial_sum = 32;

template <class Set, class Real, class Shape, TileWidth width>
class TileKernel {
 public:
  static constexpr std::size_t packs = (width == TileWidth::Wide ? 4 : 2) / (Shape::compact ? 2 : 1);
  using P = simd::InStep<simd::Pack<Real, Set>, packs>;
  using D = simd::Pack<double, Set>;
  static constexpr std::size_t pixels = simd::lanes<P>;
  /// Whether Miller indices are kept in two parts, the first one exact.
  static constexpr bool split = width == TileWidth::Narrow && std::is_same_v<Real, float>;

  struct Scratch {
    Arc<Real, pixels> arc;
    PlacedTerm<Real> uniform[most_terms], in_table[most_terms], anywhere[most_terms];  ///< by Amplitude
    alignas(simd::alignment) Real sums[pixels];
  };

  TileKernel(const Plan& plan, const PanelPlan& panel, const TileFacts& facts, Scratch& scratch, const TileTap* tap)
      : plan_(plan),
        panel_(panel),
        facts_(facts),
        s_(scratch),
        tap_(tap),
        relative_(plan.domain),
        amplitudes_(plan, facts) {}

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
      const std::size_t lane = tap_ ? tap_->lane(fast, slow, pixels) : pixels;
      if (lane < pixels) tell_sample(place, lane);
      for (std::size_t i = 0; i < terms.segment_count; ++i) {
        if (!sum_segment(terms, chosen, terms.segments[i])) continue;
        weigh(terms.segments[i], fast, slow, place);
        if (lane < pixels) tell_segment(terms, chosen, terms.segments[i], slow, place, lane);
        for (std::size_t pixel = 0; pixel < pixels; ++pixel) sums[pixel] += static_cast<double>(s_.sums[pixel]);
      }
    });
  }

  /// One lane of a pack.
  template <class Pack>
  static double lane_of(const Pack& pack, std::size_t lane) {
    alignas(simd::alignment) typename Pack::value_type lanes[simd::lanes<Pack>];
    simd::store(lanes, pack);
    return static_cast<double>(lanes[lane]);
  }

 private:
  bool captures() const {
    return panel_.absorbs && (facts_.capture == Factor::EachSample || facts_.capture == Factor::FirstOfLayer);
  }

  struct Counts {
    std::size_t uniform = 0, in_table = 0, anywhere = 0;
  };

  /// Sums up the chosen terms of a segment. False if there are none that matter.
  bool sum_segment(const Terms& terms, const TermSet& chosen, const Segment& segment) {
    const Vec3d change = s_.arc.centre - plan_.directions[segment.direction].incident;
    Counts counts;
    if (!plan_.structure_factors.values && !facts_.test_tiles)
      place_alike(terms, chosen, segment, change, counts);
    else
      place_by_amplitude(terms, chosen, segment, change, counts);
    if (counts.uniform + counts.in_table + counts.anywhere == 0) return false;
    P total(Real(0));
    sum_in_parts(s_.uniform, counts.uniform, total,
                 [&](const PlacedTerm<Real>& term) { return P(term.weight) * lattice_factor(term); });
    sum_in_parts(s_.in_table, counts.in_table, total,
                 [&](const PlacedTerm<Real>& term) { return P(term.weight) * from_table(term); });
    sum_in_parts(s_.anywhere, counts.anywhere, total,
                 [&](const PlacedTerm<Real>& term) { return P(term.weight) * from_anywhere(term); });
    simd::store(s_.sums, total);
    return true;
  }

  /// All reflections have the same amplitude, and no term is left out.
  void place_alike(const Terms& terms, const TermSet& chosen, const Segment& segment, const Vec3d& change,
                   Counts& counts) {
    const double amplitude = plan_.structure_factors.outside * facts_.table_scale;
    for_each_term(chosen, segment.begin, segment.end, [&](std::size_t i) {
      PlacedTerm<Real>& placed = s_.uniform[counts.uniform++];
      put<Set, split>(place_of<Set>(terms.list[i], change, s_.arc), s_.arc.step, placed);
      placed.weight = static_cast<Real>(amplitude * amplitude * terms.list[i].weight);
    });
  }

  void place_by_amplitude(const Terms& terms, const TermSet& chosen, const Segment& segment, const Vec3d& change,
                          Counts& counts) {
    for_each_term(chosen, segment.begin, segment.end, [&](std::size_t i) {
      const TermPlace place = place_of<Set>(terms.list[i], change, s_.arc);
      if (facts_.test_tiles && !reaches(place)) return;
      PlacedTerm<Real>& placed = s_.anywhere[counts.anywhere];
      const Amplitude amplitude = amplitudes_.choose(place, terms.list[i].weight, placed);
      if (amplitude == Amplitude::None) return;
      put<Set, split>(place, s_.arc.step, placed);
      switch (amplitude) {
        case Amplitude::Uniform: s_.uniform[counts.uniform++] = placed; break;
        case Amplitude::Table: s_.in_table[counts.in_table++] = placed; break;
        default: ++counts.anywhere;
      }
    });
  }

  /// Whether the term can matter in this tile.
  bool reaches(const TermPlace& place) const {
    const auto lanes = [](const AxisLanes& x) { return Vec3<D>{D(x[0]), D(x[1]), D(x[2])}; };
    return any(may_matter<D>(facts_.reach, lanes(place.rest), lanes(place.extent),
                             D(facts_.metric_stretch * (s_.arc.most_along + s_.arc.most_radial))));
  }

  /// Adds f(term) for all terms to the total, in parts.
  template <class F>
  static void sum_in_parts(const PlacedTerm<Real>* terms, std::size_t count, P& total, F&& f) {
    for (std::size_t begin = 0; begin < count; begin += partial_sum) {
      P partial(Real(0));
      const std::size_t end = std::min(begin + partial_sum, count);
      for (std::size_t n = begin; n < end; ++n) partial += f(terms[n]);
      total += partial;
    }
  }

  P lattice_factor(const PlacedTerm<Real>& term) const {
    auto factor = relative_.start();
    for (std::size_t axis = 0; axis < 3; ++axis) {
      Distance d = from_centre(axis, term);
      d.high = d.high - nearbyint(d.high);
      if constexpr (split && !Shape::smooth_half_way) d.high -= past_half_way(d.high + d.low);
      add(factor, axis, d);
    }
    return relative_.value(factor);
  }

  P from_table(const PlacedTerm<Real>& term) const {
    auto factor = relative_.start();
    P offset(Real(0));
    for (std::size_t axis = 0; axis < 3; ++axis) {
      P nearest;
      add(factor, axis, from_nearest(axis, term, nearest));
      offset += nearest * amplitudes_.stride(axis);
    }
    return amplitudes_.looked_up(term, offset) * relative_.value(factor);
  }

  P from_anywhere(const PlacedTerm<Real>& term) const {
    auto factor = relative_.start();
    P distance[3], nearest[3];
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const Distance d = from_nearest(axis, term, nearest[axis]);
      distance[axis] = sum_of(d);
      add(factor, axis, d);
    }
    return amplitudes_.anywhere(term, {nearest[0], nearest[1], nearest[2]}, {distance[0], distance[1], distance[2]}) *
           relative_.value(factor);
  }

  /// Along one axis. Where it is split, `high` is on a grid and `low` small; otherwise `low` is of no use.
  struct Distance {
    P high, low;
  };

  static P sum_of(const Distance& d) { return split ? d.high + d.low : d.high; }

  template <class Factor>
  [[gnu::always_inline]] void add(Factor& factor, std::size_t axis, const Distance& d) const {
    if constexpr (split && requires { relative_.add(factor, axis, d.high, d.low); })
      relative_.add(factor, axis, d.high, d.low);
    else
      relative_.add(factor, axis, sum_of(d));
  }

  /// From the lattice point nearest to the tile's centre.
  [[gnu::always_inline]] Distance from_centre(std::size_t axis, const PlacedTerm<Real>& term) const {
    const P radial = simd::load<P>(s_.arc.radial);
    if constexpr (split) {
      const P p = simd::load<P>(pixel_steps<P, pixels>.p), rest = simd::load<P>(s_.arc.along_rest);
      return {P(term.h[axis]) + P(term.step[axis]) * p, P(term.h_low[axis]) + P(term.step_low[axis]) * p +
                                                            P(term.along[axis]) * rest + P(term.radial[axis]) * radial};
    } else {
      const P along = simd::load<P>(s_.arc.along);
      return {P(term.h[axis]) + P(term.radial[axis]) * radial + P(term.along[axis]) * along, {}};
    }
  }

  /// From the lattice point nearest to each pixel. Half-way values go down, as everywhere.
  [[gnu::always_inline]] Distance from_nearest(std::size_t axis, const PlacedTerm<Real>& term, P& nearest) const {
    Distance d = from_centre(axis, term);
    nearest = ceil(d.high - P(Real(0.5)));
    d.high -= nearest;
    if constexpr (split) {
      const P shift = past_half_way(d.high + d.low);
      nearest += shift;
      d.high -= shift;
    }
    return d;
  }

  /// By how much the nearest integer changes when the second part is added to the first.
  static P past_half_way(const P& distance) {
    const P half(Real(0.5)), one(Real(1)), none(Real(0));
    return select(distance > half, one, select(distance <= -half, -one, none));
  }

  /// Multiplies a segment's sum with the factors that belong into the terms of this sample.
  void weigh(const Segment& segment, std::size_t fast, std::size_t slow, const SamplePlace& place) {
    P sum = simd::load<P>(s_.sums);
    if (captures()) sum = sum * simd::load<P>(s_.arc.captured);
    if (facts_.solid_angle == Factor::EachSample) sum = sum * simd::load<P>(s_.arc.solid_angle_sr);
    if (plan_.apply_polarization && facts_.polarization == Factor::EachSample)
      sum = sum * polarization_of(plan_.directions[segment.direction]);
    simd::store(s_.sums, sum);
    if (plan_.d_min_m > 0) cut(segment, fast, slow, place);
  }

  P polarization_of(const Direction& direction) const {
    const P outward = P(Real(1)) + simd::load<P>(s_.arc.radial), along = simd::load<P>(s_.arc.along);
    const auto component = [&](const Vec3d& axis) {
      return number<P>(dot(s_.arc.centre, axis)) * outward + number<P>(dot(s_.arc.tangent, axis)) * along;
    };
    return physics::polarization_from_components(component(direction.incident), component(direction.polarization.e),
                                                 component(direction.polarization.b),
                                                 number<P>(plan_.polarization_fraction));
  }

  /// Zeros for pixels beyond the resolution limit, ones for others. In doubles: it is all or nothing.
  D kept_pixels(const Segment& segment, std::size_t fast, std::size_t slow, const SamplePlace& place) const {
    const Vec3<D> diffracted = points_of<D>(plan_, panel_, fast, slow, place).diffracted;
    const Vec3<D> q = physics::scattering_vector(diffracted, vec3_of<D>(plan_.directions[segment.direction].incident),
                                                 D(plan_.rays[segment.ray].wavelength_m));
    return select(is_cut(plan_, q), D(0.), D(1.));
  }

  /// Clears pixels beyond the resolution limit.
  void cut(const Segment& segment, std::size_t fast, std::size_t slow, const SamplePlace& place) {
    alignas(simd::alignment) double kept[pixels];
    for (std::size_t i = 0; i < pixels; i += simd::lanes<D>)
      simd::store(kept + i, kept_pixels(segment, fast + i, slow, place));
    for (std::size_t i = 0; i < pixels; ++i) s_.sums[i] *= static_cast<Real>(kept[i]);
  }

  [[gnu::noinline]] void tell_sample(const SamplePlace& place, std::size_t lane) const {
    const double outward = 1 + static_cast<double>(s_.arc.radial[lane]),
                 along = static_cast<double>(s_.arc.along[lane]);
    tap_->sample(tap_->listener,
                 {place.layer, place.sub_fast, place.sub_slow, s_.arc.centre * outward + s_.arc.tangent * along,
                  static_cast<double>(s_.arc.solid_angle_sr[lane]),
                  captures() ? static_cast<double>(s_.arc.captured[lane]) : 1.0});
  }

  /// Places the terms of a segment once more, one by one, and tells what they come to. The sum keeps its own bits.
  [[gnu::noinline]] void tell_segment(const Terms& terms, const TermSet& chosen, const Segment& segment,
                                      std::size_t slow, const SamplePlace& sample, std::size_t lane) {
    const Direction& direction = plan_.directions[segment.direction];
    LaneDirection told{segment.direction, 1.0, false, segment.ray};
    if (plan_.apply_polarization && facts_.polarization == Factor::EachSample)
      told.polarization = lane_of(polarization_of(direction), lane);
    if (plan_.d_min_m > 0) told.beyond_resolution = lane_of(kept_pixels(segment, tap_->fast, slow, sample), 0) == 0;
    tap_->direction(tap_->listener, told);
    if (told.beyond_resolution) return;
    const Vec3d change = s_.arc.centre - direction.incident;
    for_each_term(chosen, segment.begin, segment.end, [&](std::size_t i) {
      const TermPlace place = place_of<Set>(terms.list[i], change, s_.arc);
      if (facts_.test_tiles && !reaches(place)) return;
      PlacedTerm<Real>& placed = s_.anywhere[0];
      const Amplitude amplitude = amplitudes_.choose(place, 1.0, placed);
      if (amplitude == Amplitude::None) return;
      put<Set, split>(place, s_.arc.step, placed);
      P nearest[3], distance[3];
      for (std::size_t axis = 0; axis < 3; ++axis) distance[axis] = sum_of(from_nearest(axis, placed, nearest[axis]));
      LaneTerm term;
      term.term = terms.first + i;
      term.squared_lattice_factor = lane_of(lattice_factor(placed), lane);
      term.squared_amplitude = lane_of(squared_amplitude(amplitude, placed, nearest, distance), lane);
      const auto of_lane = [&](const P(&axes)[3]) {
        return Vec3d{lane_of(axes[0], lane), lane_of(axes[1], lane), lane_of(axes[2], lane)};
      };
      term.hkl0 = Vec3d{place.hkl0[0], place.hkl0[1], place.hkl0[2]} + of_lane(nearest);
      term.hkl = term.hkl0 + of_lane(distance);
      tap_->term(tap_->listener, term);
    });
  }

  /// Of a term that was placed with weight 1.
  P squared_amplitude(Amplitude amplitude, const PlacedTerm<Real>& placed, const P (&nearest)[3],
                      const P (&distance)[3]) const {
    if (amplitude == Amplitude::Uniform) return P(placed.weight);
    if (amplitude == Amplitude::Anywhere)
      return amplitudes_.anywhere(placed, {nearest[0], nearest[1], nearest[2]},
                                  {distance[0], distance[1], distance[2]});
    P offset(Real(0));
    for (std::size_t axis = 0; axis < 3; ++axis) offset += nearest[axis] * amplitudes_.stride(axis);
    return amplitudes_.looked_up(placed, offset);
  }

  const Plan& plan_;
  const PanelPlan& panel_;
  const TileFacts& facts_;
  Scratch& s_;
  const TileTap* tap_;
  typename Shape::template Relative<P> relative_;
  TileAmplitudes<Set, P> amplitudes_;
};

}  // namespace femtobragg::kernel
