// A strip of rows: the unit of work of a thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "femtobragg/kernel/block_marks.h"
#include "femtobragg/kernel/solid_angle_rows.h"
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
  static_assert(longest_tile % tile == 0);
  /// Wide tiles take all terms.
  static constexpr bool chooses = width == TileWidth::Narrow;
  static_assert(!chooses || block_pixels % tile == 0);

  struct Scratch {
    typename Tile::Scratch tile;
    Terms terms;
    SpotMarks<Set> spot_marks;
    Surroundings<Tile::pixels> around;
  };

  StripKernel(StripJob& job, Scratch& scratch)
      : job_(job),
        plan_(*job.plan),
        panel_(*job.panel),
        s_(scratch),
        tiles_(plan_, panel_, *job.facts, scratch.tile, job.tap) {}

  void render() {
    if (all_rows_masked()) return;
    std::fill_n(job_.lit, strip_rows * padded_width(panel_) / tile, false);
    const std::size_t terms = term_count(plan_);
    for (std::size_t begin = 0, chunk = 0; begin < terms; begin += most_terms, ++chunk) {
      if (job_.spots && job_.spots[chunk].count == 0) continue;
      make_terms<Set>(plan_, begin, std::min(begin + most_terms, terms), s_.terms);
      add_terms(chunk);
    }
    const bool shines_everywhere = job_.pixels && (plan_.water_intensity != 0 || plan_.background_in_sum != 0);
    for_each_tile([&](std::size_t fast, std::size_t slow, std::size_t at) {
      if (job_.lit[at / tile] || shines_everywhere) finish(fast, slow, lit_sums(at));
    });
    if (!job_.pixels) return;
    for (std::size_t slow = job_.slow_begin; slow < job_.slow_end; ++slow) {
      const RenderedPixels row = rendered_pixels_of_row<simd::Pack<Real, Set>, D>(plan_, panel_, slow);
      job_.rendered += row.count;
      job_.solid_angle_sr += row.solid_angle_sr;
    }
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

  void add_terms(std::size_t chunk) {
    if constexpr (chooses)
      if (job_.marks.sets) return add_marked_terms(chunk);
    add_all_terms();
  }

  void add_all_terms() {
    TermSet all;
    for (std::uint64_t& word : all.words) word = ~std::uint64_t{0};
    for_each_tile([&](std::size_t fast, std::size_t slow, std::size_t at) {
      tiles_.add(s_.terms, all, fast, slow, lit_sums(at));
    });
  }

  void add_marked_terms(std::size_t chunk) {
    std::fill_n(job_.marks.in_use, strip_rows * padded_width(panel_) / tile, false);
    if (job_.spots)
      s_.spot_marks.mark(panel_, job_.facts->least_obliquity, s_.terms, job_.spots[chunk], job_.slow_begin,
                         job_.slow_end, tile, job_.marks);
    else
      mark_blocks<D>(panel_, *job_.facts, s_.terms, job_.slow_begin, job_.slow_end, tile, job_.marks);
    for_each_tile([&](std::size_t fast, std::size_t slow, std::size_t at) {
      if (job_.marks.in_use[at / tile]) tiles_.add(s_.terms, job_.marks.sets[at / tile], fast, slow, lit_sums(at));
    });
  }

  /// The sums of a tile, zero when light first reaches it.
  double* lit_sums(std::size_t at) {
    bool& lit = job_.lit[at / tile];
    if (!lit) std::fill_n(job_.sums + at, tile, 0.0);
    lit = true;
    return job_.sums + at;
  }

  bool all_masked(std::size_t fast, std::size_t slow) const {
    if (!panel_.mask) return false;
    const std::uint8_t* const row = panel_.mask + slow * panel_.n_fast;
    return std::all_of(row + fast, row + std::min(fast + tile, panel_.fast_end), [](std::uint8_t m) { return m == 0; });
  }

  bool all_rows_masked() const {
    if (!panel_.mask) return false;
    for (std::size_t slow = job_.slow_begin; slow < job_.slow_end; ++slow)
      for (std::size_t fast = panel_.fast_begin; fast < panel_.fast_end; ++fast)
        if (!panel_.skips(fast, slow)) return false;
    return true;
  }

  /// Turns sums into photons and adds what does not depend on the crystal. Other pixels are zero already.
  void finish(std::size_t fast, std::size_t slow, const double* sums) {
    if (plan_.ordered_sums || (job_.pixels && plan_.water_intensity != 0))
      look_around<D>(plan_, panel_, fast, slow, s_.around);
    if (!job_.pixels) return note_brightest(fast, slow, sums);
    const double cells = plan_.domain.total_cells / job_.facts->table_scale;
    const double scale = plan_.intensity_scale / plan_.steps, gain = scale * cells * cells;
    alignas(simd::alignment) double photons[tile];
    for (std::size_t i = 0; i < tile; ++i) photons[i] = gain * sums[i] + scale * plan_.background_in_sum;
    if (plan_.ordered_sums)
      for (std::size_t i = 0; i < tile; ++i) photons[i] *= s_.around.factor[i];
    if (plan_.water_intensity != 0)
      for (std::size_t i = 0; i < tile; ++i) photons[i] += water_photons(plan_, s_.around.water[i]);
    if (job_.tap) tell(fast, slow, sums, photons);
    float* const row = job_.pixels + slow * panel_.n_fast + fast;
    const std::size_t end = pixels_inside(fast);
    for (std::size_t i = 0; i < end; ++i)
      if (!panel_.skips(fast + i, slow)) row[i] = static_cast<float>(photons[i]) + 0.0f;  // no negative zeros
  }

  /// Tells the listener about its pixel, if it is in this tile.
  [[gnu::noinline]] void tell(std::size_t fast, std::size_t slow, const double* sums, const double* photons) const {
    const std::size_t lane = job_.tap->lane(fast, slow, tile);
    if (lane == tile) return;
    LanePixel pixel;
    pixel.sum = sums[lane];
    pixel.photons = photons[lane];
    if (plan_.ordered_sums) {
      const auto factors = first_sample_factors<D>(plan_, panel_, fast + lane, slow);
      pixel.captured_fraction = Tile::lane_of(factors.captured_fraction, 0);
      pixel.solid_angle_sr = Tile::lane_of(factors.solid_angle_sr, 0);
      pixel.polarization = Tile::lane_of(factors.polarization, 0);
    }
    job_.tap->pixel(job_.tap->listener, pixel);
  }

  /// Pixels of a tile in the region of interest.
  std::size_t pixels_inside(std::size_t fast) const { return std::min(tile, panel_.fast_end - fast); }

  void note_brightest(std::size_t fast, std::size_t slow, const double* sums) {
    for (std::size_t i = 0; i < pixels_inside(fast); ++i)
      if (!panel_.skips(fast + i, slow))
        job_.brightest = std::max(job_.brightest, sums[i] * (plan_.ordered_sums ? s_.around.factor[i] : 1.0));
  }

  StripJob& job_;
  const Plan& plan_;
  const PanelPlan& panel_;
  Scratch& s_;
  Tile tiles_;
};

}  // namespace femtobragg::kernel
