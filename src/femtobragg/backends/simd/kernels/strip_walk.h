// The tiles of a strip, and which terms may reach each of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "femtobragg/backends/simd/kernels/block_marks.h"
#include "femtobragg/backends/simd/kernels/spot_marks.h"
#include "femtobragg/backends/simd/kernels/strip_job.h"
#include "femtobragg/backends/simd/kernels/tile_terms.h"

namespace femtobragg::kernel {

/// tile: pixels of one.
template <class Set, std::size_t tile, TileWidth width>
class StripWalk {
 public:
  using D = simd::Pack<double, Set>;
  static_assert(longest_tile % tile == 0);
  /// Wide tiles take all terms.
  static constexpr bool chooses = width == TileWidth::Narrow;
  static_assert(!chooses || block_pixels % tile == 0);

  struct Scratch {
    SpotMarks<Set> spot_marks;
    TermSet all;
  };

  StripWalk(const StripJob& job, Scratch& scratch) : job_(job), panel_(*job.panel), s_(scratch) {
    for (std::uint64_t& word : s_.all.words) word = ~std::uint64_t{0};
  }

  /// Calls f with the first pixel of each tile and its place in the sums, until the strip is abandoned.
  template <class F>
  void for_each_tile(F&& f) const {
    const std::size_t row_length = padded_width(panel_);
    for (std::size_t slow = job_.slow_begin; slow < job_.slow_end; ++slow)
      for (std::size_t fast = panel_.fast_begin; fast < panel_.fast_end; fast += tile) {
        if (job_.is_abandoned()) return;
        if (!all_masked(fast, slow)) f(fast, slow, (slow - job_.slow_begin) * row_length + fast - panel_.fast_begin);
      }
  }

  /// Finds out which of the chunk's terms may matter where.
  void choose(const Terms& terms, std::size_t chunk) {
    if constexpr (chooses) {
      if (!job_.marks.sets) return;
      std::fill_n(job_.marks.in_use, strip_rows * padded_width(panel_) / tile, false);
      if (job_.spots)
        s_.spot_marks.mark(panel_, job_.facts->least_obliquity, terms, job_.spots[chunk], job_.slow_begin,
                           job_.slow_end, tile, job_.marks);
      else
        mark_blocks<D>(panel_, *job_.facts, terms, job_.slow_begin, job_.slow_end, tile, job_.marks);
    }
  }

  /// The terms of the chunk that may matter in the tile; null: none does.
  const TermSet* chosen(std::size_t at) const {
    if constexpr (chooses)
      if (job_.marks.sets) return job_.marks.in_use[at / tile] ? &job_.marks.sets[at / tile] : nullptr;
    return &s_.all;
  }

  bool all_rows_masked() const {
    if (!panel_.mask) return false;
    for (std::size_t slow = job_.slow_begin; slow < job_.slow_end; ++slow)
      for (std::size_t fast = panel_.fast_begin; fast < panel_.fast_end; ++fast)
        if (!panel_.skips(fast, slow)) return false;
    return true;
  }

 private:
  bool all_masked(std::size_t fast, std::size_t slow) const {
    if (!panel_.mask) return false;
    const std::uint8_t* const row = panel_.mask + slow * panel_.n_fast;
    return std::all_of(row + fast, row + std::min(fast + tile, panel_.fast_end), [](std::uint8_t m) { return m == 0; });
  }

  const StripJob& job_;
  const PanelView& panel_;
  Scratch& s_;
};

}  // namespace femtobragg::kernel
