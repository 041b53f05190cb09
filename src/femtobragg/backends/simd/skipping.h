// Which terms can be skipped: the level below which they may fall, and the spots that stay above it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "femtobragg/backends/simd/kernels/strip_job.h"

namespace femtobragg::backends::simd_backend {

/// Whether the bounds below hold for the panel and beam, and there is anything to render.
bool can_leave_out(const kernel::Plan& plan, const kernel::PanelPlan& panel);

/// The most that all terms of a pixel together can weigh: weights of rays, orientations, samples, solid angle.
double most_weight(const kernel::Plan& plan, const kernel::PanelPlan& panel);

/// The largest solid angle of a pixel.
double largest_solid_angle(const kernel::PanelPlan& panel);

/// Cosine between the normal of a flat panel and the ray to its furthest corner.
double least_obliquity(const kernel::PanelPlan& panel);

/// The region around lattice points outside which a term's relative intensity stays below the level.
kernel::Reach reach_above(const kernel::Plan& plan, double level);

/// The facts needed to skip terms: everything below `level` of the brightest possible term may be skipped.
void leave_out_below(const kernel::Plan& plan, const kernel::PanelPlan& panel, double level, kernel::TileFacts& facts);

class SpotSearch;

/// About how many lattice points the search for lists of spots looks at.
double expected_points(const kernel::Plan& plan, std::span<const kernel::PanelPlan* const> panels, double level);

/// The spots above a level, for all chunks of terms and strips of rows of some panels of a plan: one search for them
/// all.
class SpotLists {
 public:
  /// Whether spots end soon enough for a list, and the panel is flat.
  static bool are_possible(const kernel::PanelPlan& panel, const kernel::Reach& reach);

  SpotLists(const kernel::Plan& plan, std::span<const kernel::PanelPlan* const> panels, double level,
            double largest_amplitude, int threads, const std::stop_token& stop);

  /// Whether the lists fit into `most_bytes` and were worth the search; otherwise they are of no use.
  bool complete() const { return complete_; }
  static constexpr std::size_t most_bytes = 32'000'000;

  /// The choices for a strip of one of those panels, one for each chunk of terms.
  void choose(std::size_t panel, std::size_t strip, std::vector<kernel::SpotChoice>& choices) const;

 private:
  struct Chunk {
    std::vector<kernel::Spot> spots;
    std::vector<std::uint32_t> lists;       ///< of all strips of all panels, one after the other
    std::vector<std::uint32_t> list_begin;  ///< for each strip, and the end
  };

  /// False where the search gave up.
  static bool fill(Chunk& chunk, const SpotSearch& search, std::atomic<std::size_t>& bytes);

  std::vector<Chunk> chunks_;
  std::vector<std::size_t> first_strip_;  ///< of each panel
  bool complete_ = false;
};

}  // namespace femtobragg::backends::simd_backend
