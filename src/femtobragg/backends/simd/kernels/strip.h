// A strip of rows: the unit of work of a thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "femtobragg/backends/simd/kernels/solid_angle_rows.h"
#include "femtobragg/backends/simd/kernels/strip_walk.h"
#include "femtobragg/backends/simd/kernels/surroundings.h"
#include "femtobragg/backends/simd/kernels/tile.h"

namespace femtobragg::kernel {

template <class Set, class Real, class Shape, TileWidth width>
class StripKernel {
 public:
  using Tile = TileKernel<Set, Real, Shape, width>;
  using D = typename Tile::D;
  static constexpr std::size_t tile = Tile::pixels;
  using Walk = StripWalk<Set, tile, width>;

  struct Scratch {
    typename Tile::Scratch tile;
    Terms terms;
    typename Walk::Scratch walk;
    Surroundings<Tile::pixels> around;
  };

  StripKernel(StripJob& job, Scratch& scratch)
      : job_(job),
        plan_(*job.plan),
        panel_(*job.panel),
        s_(scratch),
        walk_(job, scratch.walk),
        tiles_(job, scratch.tile) {}

  void render() {
    if (walk_.all_rows_masked()) return;
    std::fill_n(job_.lit, strip_rows * padded_width(panel_) / tile, false);
    const std::size_t terms = job_.facts->dark && !job_.tap ? 0 : term_count(plan_);
    for (std::size_t begin = 0, chunk = 0; begin < terms; begin += most_terms, ++chunk) {
      if (job_.is_abandoned()) return;
      if (job_.spots && job_.spots[chunk].count == 0) continue;
      make_terms<Set>(plan_, begin, std::min(begin + most_terms, terms), s_.terms);
      walk_.choose(s_.terms, chunk);
      walk_.for_each_tile([&](std::size_t fast, std::size_t slow, std::size_t at) {
        if (const TermSet* const chosen = walk_.chosen(at)) tiles_.add(s_.terms, *chosen, fast, slow, lit_sums(at));
      });
    }
    const bool shines_everywhere = job_.pixels.first && (has_background(plan_) || plan_.background_in_sum != 0);
    walk_.for_each_tile([&](std::size_t fast, std::size_t slow, std::size_t at) {
      if (job_.lit[at / tile] || shines_everywhere) finish(fast, slow, lit_sums(at));
    });
    if (!job_.pixels.first || job_.is_abandoned()) return;
    for (std::size_t slow = job_.slow_begin; slow < job_.slow_end; ++slow) {
      const RenderedPixels row = rendered_pixels_of_row<simd::Pack<Real, Set>, D>(plan_, panel_, slow);
      job_.rendered += row.count;
      job_.solid_angle_sr += row.solid_angle_sr;
    }
  }

 private:
  /// The sums of a tile, zero when light first reaches it.
  double* lit_sums(std::size_t at) {
    bool& lit = job_.lit[at / tile];
    if (!lit) std::fill_n(job_.sums + at, tile, 0.0);
    lit = true;
    return job_.sums + at;
  }

  /// Turns sums into photons and adds what does not depend on the crystal. Other pixels are zero already.
  void finish(std::size_t fast, std::size_t slow, const double* sums) {
    const bool background = has_background(plan_);
    if (plan_.ordered_sums || (job_.pixels.first && background))
      look_around<D>(plan_, panel_, fast, slow, s_.around, job_.smooth);
    if (!job_.pixels.first) return note_brightest(fast, slow, sums);
    const double scale = plan_.intensity_scale / plan_.divisor(), gain = term_gain(plan_, job_.facts->table_scale);
    alignas(simd::alignment) double photons[tile];
    for (std::size_t i = 0; i < tile; ++i) photons[i] = gain * sums[i] + scale * plan_.background_in_sum;
    if (plan_.ordered_sums)
      for (std::size_t i = 0; i < tile; ++i) photons[i] *= s_.around.factor[i];
    const std::size_t end = pixels_inside(fast);
    if (panel_.transmission)
      for (std::size_t i = 0; i < end; ++i) photons[i] *= panel_.passes(fast + i, slow);
    if (background)
      for (std::size_t i = 0; i < tile; ++i) photons[i] += s_.around.background[i];
    if (job_.tap) tell(fast, slow, sums, photons);
    float* const row = job_.pixels.row(slow) + fast;
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
    pixel.transmission = panel_.passes(fast + lane, slow);
    if (plan_.ordered_sums) {
      const auto factors = first_sample_factors<D>(plan_, panel_, fast + lane, slow);
      pixel.captured_fraction = lane_of(factors.captured_fraction, 0);
      pixel.solid_angle_sr = lane_of(factors.solid_angle_sr, 0);
      pixel.polarization = lane_of(factors.polarization, 0);
    }
    job_.tap->pixel(job_.tap->listener, pixel);
  }

  /// Pixels of a tile in the region of interest.
  std::size_t pixels_inside(std::size_t fast) const { return std::min(tile, panel_.fast_end - fast); }

  void note_brightest(std::size_t fast, std::size_t slow, const double* sums) {
    for (std::size_t i = 0; i < pixels_inside(fast); ++i)
      if (!panel_.skips(fast + i, slow))
        job_.brightest = std::max(
            job_.brightest, sums[i] * (plan_.ordered_sums ? s_.around.factor[i] : 1.0) * panel_.passes(fast + i, slow));
  }

  StripJob& job_;
  const PlanView& plan_;
  const PanelView& panel_;
  Scratch& s_;
  Walk walk_;
  Tile tiles_;
};

}  // namespace femtobragg::kernel
