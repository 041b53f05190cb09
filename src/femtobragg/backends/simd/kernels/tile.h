// A tile: neighbouring pixels of a row, computed together for a list of terms.
#pragma once

#include <algorithm>
#include <cstddef>

#include "femtobragg/backends/simd/kernels/strip_job.h"
#include "femtobragg/backends/simd/kernels/tile_terms.h"

namespace femtobragg::kernel {

/// Terms that are added up before their sum is added to the total: keeps rounding errors of long sums small.
inline constexpr std::size_t partial_sum = 32;

template <class Set, class Real, class Shape, TileWidth width>
class TileKernel {
 public:
  using Placing = TileTerms<Set, Real, Shape, width>;
  using P = typename Placing::P;
  using D = typename Placing::D;
  static constexpr std::size_t pixels = Placing::pixels;

  struct Scratch {
    typename Placing::Scratch terms;
    alignas(simd::alignment) Real sums[pixels];
  };

  TileKernel(const StripJob& job, Scratch& scratch)
      : job_(job),
        plan_(*job.plan),
        panel_(*job.panel),
        facts_(*job.facts),
        s_(scratch),
        arc_(scratch.terms.arc),
        tap_(job.tap),
        relative_(plan_.domain),
        placing_(plan_, panel_, facts_, scratch.terms) {}

  /// Adds the sum of the chosen terms for each of the tile's pixels, relative to the brightest possible term, each
  /// sample weighted with what the plan's rules put into the term.
  void add(const Terms& terms, const TermSet& chosen, std::size_t fast, std::size_t slow, double* sums) {
    for_each_sample(plan_, panel_, [&](const SamplePlace& place) {
      if (job_.is_abandoned()) return;
      placing_.look(fast, slow, place);
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

 private:
  /// Sums up the chosen terms of a segment. False if there are none that matter.
  bool sum_segment(const Terms& terms, const TermSet& chosen, const Segment& segment) {
    const auto counts = placing_.place(terms, chosen, segment);
    if (counts.none()) return false;
    P total(Real(0));
    sum_in_parts(s_.terms.uniform, counts.uniform, total,
                 [&](const PlacedTerm<Real>& term) { return P(term.weight) * lattice_factor(term); });
    sum_in_parts(s_.terms.in_table, counts.in_table, total,
                 [&](const PlacedTerm<Real>& term) { return P(term.weight) * from_table(term); });
    sum_in_parts(s_.terms.anywhere, counts.anywhere, total,
                 [&](const PlacedTerm<Real>& term) { return P(term.weight) * from_anywhere(term); });
    simd::store(s_.sums, total);
    return true;
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
      add(factor, axis, placing_.template from_some_nearest<P>(axis, term));
    }
    return relative_.value(factor);
  }

  P from_table(const PlacedTerm<Real>& term) const {
    auto factor = relative_.start();
    P offset(Real(0));
    for (std::size_t axis = 0; axis < 3; ++axis) {
      P nearest;
      add(factor, axis, placing_.from_nearest(axis, term, nearest));
      offset += nearest * placing_.amplitudes().stride(axis);
    }
    return placing_.amplitudes().looked_up(term, offset) * relative_.value(factor);
  }

  P from_anywhere(const PlacedTerm<Real>& term) const {
    auto factor = relative_.start();
    P distance[3], nearest[3];
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const AxisDistance<P> d = placing_.from_nearest(axis, term, nearest[axis]);
      distance[axis] = Placing::sum_of(d);
      add(factor, axis, d);
    }
    return placing_.amplitudes().anywhere(term, {nearest[0], nearest[1], nearest[2]},
                                          {distance[0], distance[1], distance[2]}) *
           relative_.value(factor);
  }

  template <class Factor>
  [[gnu::always_inline]] void add(Factor& factor, std::size_t axis, const AxisDistance<P>& d) const {
    if constexpr (Placing::split && requires { relative_.add(factor, axis, d.high, d.low); })
      relative_.add(factor, axis, d.high, d.low);
    else
      relative_.add(factor, axis, Placing::sum_of(d));
  }

  /// Multiplies a segment's sum with the factors that belong into the terms of this sample.
  void weigh(const Segment& segment, std::size_t fast, std::size_t slow, const SamplePlace& place) {
    P sum = simd::load<P>(s_.sums);
    if (placing_.captures()) sum = sum * simd::load<P>(arc_.captured);
    if (facts_.solid_angle == Factor::EachSample) sum = sum * simd::load<P>(arc_.solid_angle_sr);
    if (plan_.apply_polarization && facts_.polarization == Factor::EachSample)
      sum = sum * placing_.template polarization_of<P>(plan_.directions[segment.direction]);
    simd::store(s_.sums, sum);
    if (plan_.d_min_m > 0) cut(segment, fast, slow, place);
  }

  /// Clears pixels beyond the resolution limit.
  void cut(const Segment& segment, std::size_t fast, std::size_t slow, const SamplePlace& place) {
    alignas(simd::alignment) double kept[pixels];
    for (std::size_t i = 0; i < pixels; i += simd::lanes<D>)
      simd::store(kept + i, placing_.kept_pixels(segment, fast + i, slow, place));
    for (std::size_t i = 0; i < pixels; ++i) s_.sums[i] *= static_cast<Real>(kept[i]);
  }

  [[gnu::noinline]] void tell_sample(const SamplePlace& place, std::size_t lane) const {
    const double outward = 1 + static_cast<double>(arc_.radial[lane]), along = static_cast<double>(arc_.along[lane]);
    tap_->sample(tap_->listener,
                 {place.layer, place.sub_fast, place.sub_slow, arc_.centre * outward + arc_.tangent * along,
                  static_cast<double>(arc_.solid_angle_sr[lane]),
                  placing_.captures() ? static_cast<double>(arc_.captured[lane]) : 1.0});
  }

  /// Places the terms of a segment once more, one by one, and tells what they come to. The sum keeps its own bits.
  [[gnu::noinline]] void tell_segment(const Terms& terms, const TermSet& chosen, const Segment& segment,
                                      std::size_t slow, const SamplePlace& sample, std::size_t lane) {
    const Direction& direction = plan_.directions[segment.direction];
    LaneDirection told{segment.direction, 1.0, false, segment.ray};
    if (plan_.apply_polarization && facts_.polarization == Factor::EachSample)
      told.polarization = lane_of(placing_.template polarization_of<P>(direction), lane);
    if (plan_.d_min_m > 0)
      told.beyond_resolution = lane_of(placing_.kept_pixels(segment, tap_->fast, slow, sample), 0) == 0;
    tap_->direction(tap_->listener, told);
    if (told.beyond_resolution) return;
    const Vec3d change = placing_.change(segment);
    for_each_term(chosen, segment.begin, segment.end, [&](std::size_t i) {
      const TermPlace place = place_of<Set>(terms.list[i], change, arc_);
      if (facts_.test_tiles && !placing_.reaches(place)) return;
      PlacedTerm<Real>& placed = s_.terms.anywhere[0];
      const Amplitude amplitude = placing_.amplitudes().choose(place, 1.0, placed);
      if (amplitude == Amplitude::None) return;
      put<Set, Placing::split>(place, arc_.step, placed);
      P nearest[3], distance[3];
      for (std::size_t axis = 0; axis < 3; ++axis)
        distance[axis] = Placing::sum_of(placing_.from_nearest(axis, placed, nearest[axis]));
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
      return placing_.amplitudes().anywhere(placed, {nearest[0], nearest[1], nearest[2]},
                                            {distance[0], distance[1], distance[2]});
    P offset(Real(0));
    for (std::size_t axis = 0; axis < 3; ++axis) offset += nearest[axis] * placing_.amplitudes().stride(axis);
    return placing_.amplitudes().looked_up(placed, offset);
  }

  const StripJob& job_;
  const PlanView& plan_;
  const PanelView& panel_;
  const TileFacts& facts_;
  Scratch& s_;
  const Arc<Real, pixels>& arc_;
  const TileTap* tap_;
  typename Shape::template Relative<P> relative_;
  Placing placing_;
};

}  // namespace femtobragg::kernel
