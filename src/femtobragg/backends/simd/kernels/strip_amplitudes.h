// What each entry of the table of structure factors adds to the weighted sum of a strip's pixels.
#pragma once

#include <algorithm>
#include <cstddef>

#include "femtobragg/backends/simd/kernels/gradient_job.h"
#include "femtobragg/backends/simd/kernels/strip_walk.h"

namespace femtobragg::kernel {

/// In narrow tiles of doubles: what is rare is worth no lanes of its own.
template <class Set, class Shape>
class StripAmplitudes {
 public:
  using Placing = TileTerms<Set, double, Shape, TileWidth::Narrow>;
  using D = typename Placing::D;
  static constexpr std::size_t tile = Placing::pixels, lanes = simd::lanes<D>;
  using Walk = StripWalk<Set, tile, TileWidth::Narrow>;

  struct Scratch {
    typename Placing::Scratch tile;
    typename Walk::Scratch walk;
    Terms terms;
    alignas(simd::alignment) double shares[StripAmplitudes::tile], photons[StripAmplitudes::tile];
    alignas(simd::alignment) double nearest[3][StripAmplitudes::tile], distance[3][StripAmplitudes::tile];
  };

  StripAmplitudes(const AmplitudeJob& job, Scratch& scratch)
      : job_(job),
        plan_(*job.strip.plan),
        panel_(*job.strip.panel),
        facts_(*job.strip.facts),
        s_(scratch),
        walk_(job.strip, scratch.walk),
        placing_(plan_, panel_, facts_, scratch.tile),
        relative_(plan_.domain),
        gain_(term_gain(plan_)) {}

  void differentiate() {
    if (walk_.all_rows_masked()) return;
    const std::size_t terms = term_count(plan_);
    for (std::size_t begin = 0, chunk = 0; begin < terms; begin += most_terms, ++chunk) {
      if (job_.strip.is_abandoned()) return;
      if (job_.strip.spots && job_.strip.spots[chunk].count == 0) continue;
      make_terms<Set>(plan_, begin, std::min(begin + most_terms, terms), s_.terms);
      walk_.choose(s_.terms, chunk);
      walk_.for_each_tile([&](std::size_t fast, std::size_t slow, std::size_t at) {
        const TermSet* const chosen = walk_.chosen(at);
        if (chosen && weighs(fast, slow)) add(*chosen, fast, slow);
      });
    }
  }

 private:
  double weight(std::size_t fast, std::size_t slow) const {
    return fast >= panel_.fast_end || panel_.skips(fast, slow) ? 0.0 : job_.weights[slow * panel_.n_fast + fast];
  }
  bool weighs(std::size_t fast, std::size_t slow) const {
    for (std::size_t i = 0; i < tile; ++i)
      if (weight(fast + i, slow) != 0) return true;
    return false;
  }

  void add(const TermSet& chosen, std::size_t fast, std::size_t slow) {
    for_each_sample(plan_, panel_, [&](const SamplePlace& place) {
      if (job_.strip.is_abandoned()) return;
      placing_.look(fast, slow, place);
      for (std::size_t i = 0; i < s_.terms.segment_count; ++i) {
        const Segment& segment = s_.terms.segments[i];
        take_shares(segment, fast, slow, place);
        for_each_term(chosen, segment.begin, segment.end, [&](std::size_t term) { add_term(segment, term); });
      }
    });
  }

  /// Weighted photons of a full spot with amplitude 1, for each pixel.
  void take_shares(const Segment& segment, std::size_t fast, std::size_t slow, const SamplePlace& place) {
    const Direction& direction = plan_.directions[segment.direction];
    for (std::size_t first = 0; first < tile; first += lanes) {
      D share = simd::load<D>(s_.tile.arc.solid_angle_sr + first);
      if (placing_.captures()) share = share * simd::load<D>(s_.tile.arc.captured + first);
      if (plan_.apply_polarization) share = share * placing_.template polarization_of<D>(direction, first);
      if (plan_.d_min_m > 0) share = share * placing_.kept_pixels(segment, fast + first, slow, place);
      simd::store(s_.shares + first, share);
    }
    for (std::size_t i = 0; i < tile; ++i) s_.shares[i] *= gain_ * weight(fast + i, slow);
  }

  void add_term(const Segment& segment, std::size_t number) {
    const Term& term = s_.terms.list[number];
    const TermPlace place = place_of<Set>(term, placing_.change(segment), s_.tile.arc);
    if (facts_.test_tiles && !placing_.reaches(place)) return;
    PlacedTerm<double>& placed = s_.tile.anywhere[0];
    put<Set, Placing::split>(place, s_.tile.arc.step, placed);
    placed.hkl0 = {place.hkl0[0], place.hkl0[1], place.hkl0[2]};
    for (std::size_t first = 0; first < tile; first += lanes) {
      auto factor = relative_.start();
      for (std::size_t axis = 0; axis < 3; ++axis) {
        D nearest;
        const auto distance = placing_.template from_nearest<D>(axis, placed, nearest, first);
        relative_.add(factor, axis, distance.high);
        simd::store(s_.nearest[axis] + first, nearest);
        simd::store(s_.distance[axis] + first, distance.high);
      }
      simd::store(s_.photons + first, D(term.weight) * relative_.value(factor) * simd::load<D>(s_.shares + first));
    }
    hand_over(placed);
  }

  /// Neighbouring pixels mostly see the same reflection: they are added up before they are handed over.
  void hand_over(const PlacedTerm<double>& placed) {
    const auto vector = [](const double(&v)[3][tile], std::size_t i) { return Vec3d{v[0][i], v[1][i], v[2][i]}; };
    Vec3d current{};
    double sum = 0;
    for (std::size_t i = 0; i < tile; ++i) {
      const Vec3d nearest = vector(s_.nearest, i);
      if (sum != 0 && (plan_.interpolate || !(nearest == current))) {
        give(placed, i - 1, sum);
        sum = 0;
      }
      current = nearest;
      sum += s_.photons[i];
    }
    if (sum != 0) give(placed, tile - 1, sum);
  }
  void give(const PlacedTerm<double>& placed, std::size_t i, double brightness) {
    const Vec3d hkl0 = placed.hkl0 + Vec3d{s_.nearest[0][i], s_.nearest[1][i], s_.nearest[2][i]};
    const Vec3d hkl = hkl0 + Vec3d{s_.distance[0][i], s_.distance[1][i], s_.distance[2][i]};
    job_.spread(plan_, hkl, hkl0, brightness, job_.squared, job_.taker);
  }

  const AmplitudeJob& job_;
  const PlanView& plan_;
  const PanelView& panel_;
  const TileFacts& facts_;
  Scratch& s_;
  Walk walk_;
  Placing placing_;
  typename Shape::template Relative<typename Placing::D> relative_;
  double gain_;
};

}  // namespace femtobragg::kernel
