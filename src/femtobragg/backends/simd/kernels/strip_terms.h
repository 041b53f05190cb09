// The terms of a strip one by one, in narrow tiles of doubles: for what asks which reflection brings which photons.
#pragma once

#include <algorithm>
#include <cstddef>

#include "femtobragg/backends/simd/kernels/label_job.h"
#include "femtobragg/backends/simd/kernels/strip_walk.h"

namespace femtobragg::kernel {

template <class Set, class Shape>
class StripTerms {
 public:
  using Placing = TileTerms<Set, double, Shape, TileWidth::Narrow>;
  using D = typename Placing::D;
  static constexpr std::size_t tile = Placing::pixels, lanes = simd::lanes<D>;
  using Walk = StripWalk<Set, tile, TileWidth::Narrow>;

  struct Scratch {
    typename Placing::Scratch tile;
    typename Walk::Scratch walk;
    Terms terms;
    alignas(simd::alignment) double shares[StripTerms::tile], photons[StripTerms::tile];
    alignas(simd::alignment) double nearest[3][StripTerms::tile], distance[3][StripTerms::tile];
  };

  StripTerms(const StripJob& job, Scratch& scratch)
      : job_(job),
        plan_(*job.plan),
        panel_(*job.panel),
        facts_(*job.facts),
        s_(scratch),
        walk_(job, scratch.walk),
        placing_(plan_, panel_, facts_, scratch.tile),
        relative_(plan_.domain),
        gain_(term_gain(plan_)) {}

  const Terms& terms() const { return s_.terms; }
  bool all_rows_masked() const { return walk_.all_rows_masked(); }

  /// Calls on_chunk() for each chunk of terms, then f with each tile where some of them may matter, and these.
  template <class OnChunk, class F>
  void for_each_tile(OnChunk&& on_chunk, F&& f) {
    const std::size_t terms = term_count(plan_);
    for (std::size_t begin = 0, chunk = 0; begin < terms; begin += most_terms, ++chunk) {
      if (job_.is_abandoned()) return;
      if (job_.spots && job_.spots[chunk].count == 0) continue;
      make_terms<Set>(plan_, begin, std::min(begin + most_terms, terms), s_.terms);
      on_chunk();
      walk_.choose(s_.terms, chunk);
      for_each_tile([&](const TileSpot& spot) {
        if (const TermSet* const chosen = walk_.chosen(spot.at)) f(spot, *chosen);
      });
    }
  }
  template <class F>
  void for_each_tile(F&& f) const {
    walk_.for_each_tile([&](std::size_t fast, std::size_t slow, std::size_t at) { f(TileSpot{fast, slow, at}); });
  }

  /// Calls f with the number and the place of each chosen term that reaches the tile, for each sample of its pixels.
  /// `weight(fast, slow)`: of a pixel; zero where it does not count.
  template <class Weight, class F>
  void for_each_term_at(const TileSpot& spot, const TermSet& chosen, Weight&& weight, F&& f) {
    for_each_sample(plan_, panel_, [&](const SamplePlace& sample) {
      if (job_.is_abandoned()) return;
      placing_.look(spot.fast, spot.slow, sample);
      for (std::size_t i = 0; i < s_.terms.segment_count; ++i) {
        const Segment& segment = s_.terms.segments[i];
        const Vec3d change = placing_.change(segment);
        bool has_shares = false;
        for_each_term(chosen, segment.begin, segment.end, [&](std::size_t number) {
          const TermPlace place = place_of<Set>(s_.terms.list[number], change, s_.tile.arc);
          if (facts_.test_tiles && !placing_.reaches(place)) return;
          if (!has_shares) take_shares(segment, spot, sample, weight);
          has_shares = true;
          f(number, place);
        });
      }
    });
  }

  /// Whether all pixels of the tile are nearest to the lattice point that its centre is nearest to.
  static bool sees_one_reflection(const TermPlace& place) {
    using Q = simd::AxisPack<Set>;
    bool one = true;
    for (std::size_t a = 0; a < 4; a += simd::lanes<Q>)
      one = one && all(abs(simd::load<Q>(place.rest + a)) + simd::load<Q>(place.extent + a) < Q(0.5));
    return one;
  }

  /// Calls f(first, photons) for each pack of pixels: what the term brings there with amplitude 1, if all see one
  /// reflection.
  template <class F>
  void photons_of_one(std::size_t number, const TermPlace& place, F&& f) {
    PlacedTerm<double>& placed = put_down(place);
    for (std::size_t first = 0; first < tile; first += lanes) {
      auto factor = relative_.start();
      for (std::size_t axis = 0; axis < 3; ++axis)
        relative_.add(factor, axis, placing_.template from_centre<D>(axis, placed, first).high);
      f(first, photons(number, factor, first));
    }
  }

  /// The same for any term: fills in photons, and for each pixel the nearest lattice point with its distance.
  void find_photons(std::size_t number, const TermPlace& place) {
    PlacedTerm<double>& placed = put_down(place);
    for (std::size_t first = 0; first < tile; first += lanes) {
      auto factor = relative_.start();
      for (std::size_t axis = 0; axis < 3; ++axis) {
        D nearest;
        const auto distance = placing_.template from_nearest<D>(axis, placed, nearest, first);
        relative_.add(factor, axis, distance.high);
        simd::store(s_.nearest[axis] + first, nearest);
        simd::store(s_.distance[axis] + first, distance.high);
      }
      simd::store(s_.photons + first, photons(number, factor, first));
    }
  }
  double photons_of(std::size_t i) const { return s_.photons[i]; }
  /// Relative to the tile's.
  Vec3d nearest_of(std::size_t i) const { return {s_.nearest[0][i], s_.nearest[1][i], s_.nearest[2][i]}; }
  Vec3d distance_of(std::size_t i) const { return {s_.distance[0][i], s_.distance[1][i], s_.distance[2][i]}; }

 private:
  /// Weighted photons of a full spot with amplitude 1, for each pixel.
  template <class Weight>
  void take_shares(const Segment& segment, const TileSpot& spot, const SamplePlace& sample, Weight&& weight) {
    const Direction& direction = plan_.directions[segment.direction];
    for (std::size_t first = 0; first < tile; first += lanes) {
      D share = simd::load<D>(s_.tile.arc.solid_angle_sr + first);
      if (placing_.captures()) share = share * simd::load<D>(s_.tile.arc.captured + first);
      if (plan_.apply_polarization) share = share * placing_.template polarization_of<D>(direction, first);
      if (plan_.d_min_m > 0) share = share * placing_.kept_pixels(segment, spot.fast + first, spot.slow, sample);
      simd::store(s_.shares + first, share);
    }
    for (std::size_t i = 0; i < tile; ++i) s_.shares[i] *= gain_ * weight(spot.fast + i, spot.slow);
  }

  PlacedTerm<double>& put_down(const TermPlace& place) {
    PlacedTerm<double>& placed = s_.tile.anywhere[0];
    put<Set, Placing::split>(place, s_.tile.arc.step, placed);
    return placed;
  }

  template <class Factor>
  D photons(std::size_t number, const Factor& factor, std::size_t first) const {
    return D(s_.terms.list[number].weight) * relative_.value(factor) * simd::load<D>(s_.shares + first);
  }

  const StripJob& job_;
  const PlanView& plan_;
  const PanelView& panel_;
  const TileFacts& facts_;
  Scratch& s_;
  Walk walk_;
  Placing placing_;
  typename Shape::template Relative<D> relative_;
  double gain_;
};

}  // namespace femtobragg::kernel
