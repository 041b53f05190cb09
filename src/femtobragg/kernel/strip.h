// A strip of rows: the unit of work of a thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "femtobragg/kernel/block_marks.h"
#include "femtobragg/kernel/spot_marks.h"
#include "femtobragg/kernel/strip_job.h"
#include "femtobragg/kernel/surroundings.h"
#include "femtobragg/kernel/tile.h"

namespace femtobragg::kernel {

template <class Set, class Real, class Shape, TileWidth width>
class StripKernel {
 public:
  using Tile = TileKernel<Set, Real, Shape, width>;
  using D = typename Tile::D;
  static constexpr std::size_t tile = Tile::pixels;

  struct Scratch {
    typename Tile::Scratch tile;
    Terms terms;
    SpotMarks<Set> spot_marks;
    Surroundings<Tile::pixels> around;
  };

  StripKernel(StripJob& job, Scratch& scratch)
      : job_(job), plan_(*job.plan), panel_(*job.panel), s_(scratch), tiles_(plan_, panel_, *job.facts, scratch.tile) {}

  void render() {
    const std::size_t row_length = padded_width(panel_);
    std::fill_n(job_.sums, strip_rows * row_length, 0.0);
    const std::size_t terms = term_count(plan_);
    for (std::size_t begin = 0, chunk = 0; begin < terms; begin += most_terms, ++chunk) {
      if (job_.spots && job_.spots[chunk].count == 0) continue;
      make_terms(plan_, begin, std::min(begin + most_terms, terms), s_.terms);
      if (job_.marks)
        add_marked_terms(chunk);
      else
        add_all_terms();
    }
    for_each_tile([&](std::size_t fast, std::size_t slow, std::size_t at) { finish(fast, slow, job_.sums + at); });
  }

 private:
  /// Calls f with the first pixel of each tile and its place in the sums.
  template <class F>
  void for_each_tile(F&& f) {
    const std::size_t row_length = padded_width(panel_);
    for (std::size_t slow = job_.slow_begin; slow < job_.slow_end; ++slow)
      for (std::size_t fast = panel_.fast_begin; fast < panel_.fast_end; fast += tile)
        if (!all_masked(fast, slow)) f(fast, slow, (slow - job_.slow_begin) * row_length + fast - panel_.fast_begin);
  }

  void add_all_terms() {
    TermSet all;
    for (std::uint64_t& word : all.words) word = ~std::uint64_t{0};
    for_each_tile([&](std::size_t fast, std::size_t slow, std::size_t at) {
      tiles_.add(s_.terms, all, fast, slow, job_.sums + at);
    });
  }

  void add_marked_terms(std::size_t chunk) {
    std::fill_n(job_.marks, strip_rows * padded_width(panel_) / tile, TermSet{});
    if (job_.spots)
      s_.spot_marks.mark(panel_, job_.facts->least_obliquity, s_.terms, job_.spots[chunk], job_.slow_begin,
                         job_.slow_end, tile, job_.marks);
    else
      mark_blocks<D>(panel_, *job_.facts, s_.terms, job_.slow_begin, job_.slow_end, tile, job_.marks);
    for_each_tile([&](std::size_t fast, std::size_t slow, std::size_t at) {
      const TermSet& chosen = job_.marks[at / tile];
      if (chosen.any()) tiles_.add(s_.terms, chosen, fast, slow, job_.sums + at);
    });
  }

  bool all_masked(std::size_t fast, std::size_t slow) const {
    if (!panel_.mask) return false;
    const std::uint8_t* const row = panel_.mask + slow * panel_.n_fast;
    return std::all_of(row + fast, row + std::min(fast + tile, panel_.fast_end), [](std::uint8_t m) { return m == 0; });
  }

  /// Turns sums into photons and adds what does not depend on the crystal.
  void finish(std::size_t fast, std::size_t slow, const double* sums) {
    const TileFacts& facts = *job_.facts;
    if (!job_.pixels && !plan_.ordered_sums) return note_brightest(fast, slow, sums);
    look_around<D>(plan_, panel_, fast, slow, s_.around);
    const std::size_t end = std::min(tile, panel_.fast_end - fast);
    if (!panel_.mask && is_dark(sums)) {
      // Pixels are zero already.
      for (std::size_t i = 0; i < end; ++i) job_.solid_angle_sr += s_.around.solid_angle[i];
      job_.rendered += end;
      return;
    }
    const double cells = plan_.domain.total_cells / facts.table_scale;
    const double scale = plan_.intensity_scale / plan_.steps;
    float* const row = job_.pixels ? job_.pixels + slow * panel_.n_fast : nullptr;
    for (std::size_t i = 0; i < end; ++i) {
      if (panel_.skips(fast + i, slow)) continue;
      const double photons = scale * (sums[i] * cells * cells + plan_.background_in_sum) * s_.around.factor[i] +
                             (plan_.water_intensity != 0 ? water_photons(plan_, s_.around.water[i]) : 0.0);
      if (row) row[fast + i] = static_cast<float>(photons) + 0.0f;  // no negative zeros
      ++job_.rendered;
      job_.solid_angle_sr += s_.around.solid_angle[i];
      job_.brightest = std::max(job_.brightest, sums[i] * s_.around.factor[i]);
    }
  }

  /// Whether nothing at all shines into the tile.
  bool is_dark(const double* sums) const {
    D any(0.);
    for (std::size_t i = 0; i < tile; i += simd::lanes<D>) any = max(any, abs(simd::load<D>(sums + i)));
    alignas(simd::alignment) double lanes[simd::lanes<D>];
    simd::store(lanes, any);
    return std::all_of(lanes, lanes + simd::lanes<D>, [](double x) { return x == 0; }) && plan_.water_intensity == 0 &&
           plan_.background_in_sum == 0;
  }

  void note_brightest(std::size_t fast, std::size_t slow, const double* sums) {
    for (std::size_t i = 0; i < std::min(tile, panel_.fast_end - fast); ++i)
      if (!panel_.skips(fast + i, slow)) job_.brightest = std::max(job_.brightest, sums[i]);
  }

  StripJob& job_;
  const Plan& plan_;
  const PanelPlan& panel_;
  Scratch& s_;
  Tile tiles_;
};

}  // namespace femtobragg::kernel
