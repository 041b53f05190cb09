// The terms of a tile: which of them matter, and where each pixel sees them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "femtobragg/backends/simd/kernels/placed_term.h"
#include "femtobragg/backends/simd/kernels/strip_job.h"
#include "femtobragg/backends/simd/kernels/tile_amplitudes.h"
#include "femtobragg/base/simd_pair.h"

namespace femtobragg::kernel {

/// Wide tiles share the work at their centre among more pixels; they need one amplitude for all reflections. Narrow
/// tiles meet fewer reflections, waste fewer pixels beside a spot, and keep Miller indices exact in float lanes.
enum class TileWidth { Wide, Narrow };

/// Along one axis. Where it is split, `high` is on a grid and `low` small; otherwise `low` is of no use.
template <class Q>
struct AxisDistance {
  Q high, low;
};

template <class Set, class Real, class Shape, TileWidth width>
class TileTerms {
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
  };

  struct Counts {
    std::size_t uniform = 0, in_table = 0, anywhere = 0;

    bool none() const { return uniform + in_table + anywhere == 0; }
  };

  TileTerms(const PlanView& plan, const PanelView& panel, const TileFacts& facts, Scratch& scratch)
      : plan_(plan), panel_(panel), facts_(facts), s_(scratch), amplitudes_(plan, facts) {}

  const TileAmplitudes<Set, P>& amplitudes() const { return amplitudes_; }

  bool captures() const {
    return panel_.absorbs && (facts_.capture == Factor::EachSample || facts_.capture == Factor::FirstOfLayer);
  }

  /// Looks at one sample of each pixel: fills in the arc.
  void look(std::size_t fast, std::size_t slow, const SamplePlace& place) {
    const double depth_m = panel_.layers[place.layer].depth_m;
    follow_row<P, D>(plan_, panel_, fast, slow, place, facts_.solid_angle == Factor::EachSample ? depth_m : 0.0,
                     s_.arc);
    if (!captures()) return;
    // Older programs compute capture at the first sub-pixel of a layer.
    const bool of_first = facts_.capture == Factor::FirstOfLayer;
    capture<D>(plan_, panel_, fast, slow, of_first ? SamplePlace{place.layer, 0, 0} : place, s_.arc);
  }

  /// From the incident ray to the centre of the tile.
  Vec3d change(const Segment& segment) const { return s_.arc.centre - plan_.directions[segment.direction].incident; }

  /// Places the chosen terms of a segment that matter in this tile.
  Counts place(const Terms& terms, const TermSet& chosen, const Segment& segment) {
    Counts counts;
    if (facts_.all_alike && !facts_.test_tiles)
      place_alike(terms, chosen, segment, change(segment), counts);
    else
      place_by_amplitude(terms, chosen, segment, change(segment), counts);
    return counts;
  }

  /// Whether the term can matter in this tile.
  bool reaches(const TermPlace& place) const {
    const auto lanes = [](const AxisLanes& x) { return Vec3<D>{D(x[0]), D(x[1]), D(x[2])}; };
    return any(may_matter<D>(facts_.reach, lanes(place.rest), lanes(place.extent),
                             D(facts_.metric_stretch * (s_.arc.most_along + s_.arc.most_radial))));
  }

  template <class Q>
  static Q sum_of(const AxisDistance<Q>& d) {
    return split ? d.high + d.low : d.high;
  }

  /// Of the pixels from `first` on that a pack holds.
  template <class Q>
  Vec3<Q> diffracted(std::size_t first = 0) const {
    const Q outward = Q(Real(1)) + simd::load<Q>(s_.arc.radial + first), along = simd::load<Q>(s_.arc.along + first);
    return outward * vec3_of<Q>(s_.arc.centre) + along * vec3_of<Q>(s_.arc.tangent);
  }
  template <class Q>
  Q polarization_of(const Direction& direction, std::size_t first = 0) const {
    const Q outward = Q(Real(1)) + simd::load<Q>(s_.arc.radial + first), along = simd::load<Q>(s_.arc.along + first);
    const auto component = [&](const Vec3d& axis) {
      return number<Q>(dot(s_.arc.centre, axis)) * outward + number<Q>(dot(s_.arc.tangent, axis)) * along;
    };
    return physics::polarization_from_components(component(direction.incident), component(direction.polarization.e),
                                                 component(direction.polarization.b),
                                                 number<Q>(plan_.polarization_fraction));
  }

  /// Zeros for pixels beyond the resolution limit, ones for others. In doubles: it is all or nothing.
  D kept_pixels(const Segment& segment, std::size_t fast, std::size_t slow, const SamplePlace& place) const {
    const Vec3<D> diffracted = points_of<D>(plan_, panel_, fast, slow, place).diffracted;
    const Vec3<D> q = physics::scattering_vector(diffracted, vec3_of<D>(plan_.directions[segment.direction].incident),
                                                 D(plan_.rays[segment.ray].wavelength_m));
    return select(is_cut(plan_, q), D(0.), D(1.));
  }

  /// Distance along an axis from the lattice point nearest to the tile's centre, for the pixels from `first` on that a
  /// pack holds.
  template <class Q>
  [[gnu::always_inline]] AxisDistance<Q> from_centre(std::size_t axis, const PlacedTerm<Real>& term,
                                                     std::size_t first = 0) const {
    const Q radial = simd::load<Q>(s_.arc.radial + first);
    if constexpr (split) {
      const Q p = simd::load<Q>(pixel_steps<P, pixels>.p + first), rest = simd::load<Q>(s_.arc.along_rest + first);
      return {Q(term.h[axis]) + Q(term.step[axis]) * p, Q(term.h_low[axis]) + Q(term.step_low[axis]) * p +
                                                            Q(term.along[axis]) * rest + Q(term.radial[axis]) * radial};
    } else {
      const Q along = simd::load<Q>(s_.arc.along + first);
      return {Q(term.h[axis]) + Q(term.radial[axis]) * radial + Q(term.along[axis]) * along, {}};
    }
  }

  /// The same from any lattice point nearest to each pixel, where it does not matter which of two it is half-way.
  template <class Q>
  [[gnu::always_inline]] AxisDistance<Q> from_some_nearest(std::size_t axis, const PlacedTerm<Real>& term,
                                                           std::size_t first = 0) const {
    AxisDistance<Q> d = from_centre<Q>(axis, term, first);
    d.high = d.high - nearbyint(d.high);
    if constexpr (split && !Shape::smooth_half_way) d.high -= past_half_way(d.high + d.low);
    return d;
  }

  /// The same, and the lattice point. Half-way values go down, as everywhere.
  template <class Q>
  [[gnu::always_inline]] AxisDistance<Q> from_nearest(std::size_t axis, const PlacedTerm<Real>& term, Q& nearest,
                                                      std::size_t first = 0) const {
    AxisDistance<Q> d = from_centre<Q>(axis, term, first);
    nearest = ceil(d.high - Q(Real(0.5)));
    d.high -= nearest;
    if constexpr (split) {
      const Q shift = past_half_way(d.high + d.low);
      nearest += shift;
      d.high -= shift;
    }
    return d;
  }

 private:
  /// All reflections have the same amplitude, and no term is left out.
  void place_alike(const Terms& terms, const TermSet& chosen, const Segment& segment, const Vec3d& change,
                   Counts& counts) {
    const double amplitude = plan_.structure_factors.outside * facts_.table_scale;
    for_each_term(chosen, segment.begin, segment.end, [&](std::size_t i) {
      PlacedTerm<Real>& placed = s_.uniform[counts.uniform++];
      put<Set, split>(place_of<Set>(terms.list[i], change, s_.arc), s_.arc.step, placed);
      placed.weight = static_cast<Real>(amplitude * amplitude * terms.list[i].weight);
      placed.term = static_cast<std::uint32_t>(i);
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
      placed.term = static_cast<std::uint32_t>(i);
      switch (amplitude) {
        case Amplitude::Uniform: s_.uniform[counts.uniform++] = placed; break;
        case Amplitude::Table: s_.in_table[counts.in_table++] = placed; break;
        default: ++counts.anywhere;
      }
    });
  }

  /// By how much the nearest integer changes when the second part is added to the first.
  template <class Q>
  static Q past_half_way(const Q& distance) {
    const Q half(Real(0.5)), one(Real(1)), none(Real(0));
    return select(distance > half, one, select(distance <= -half, -one, none));
  }

  const PlanView& plan_;
  const PanelView& panel_;
  const TileFacts& facts_;
  Scratch& s_;
  TileAmplitudes<Set, P> amplitudes_;
};

/// One lane of a pack.
template <class Pack>
double lane_of(const Pack& pack, std::size_t lane) {
  alignas(simd::alignment) typename Pack::value_type lanes[simd::lanes<Pack>];
  simd::store(lanes, pack);
  return static_cast<double>(lanes[lane]);
}

}  // namespace femtobragg::kernel
