// Patches of a panel in which backgrounds are interpolated, made before its strips.
#pragma once

#include <deque>
#include <span>
#include <stop_token>
#include <vector>

#include "femtobragg/backends/simd/kernels/smooth_patches.h"
#include "femtobragg/backends/simd/pass.h"

namespace femtobragg::backends::simd_backend {

class SmoothBackgrounds {
 public:
  /// Those that the region of the pass's panel touches.
  explicit SmoothBackgrounds(const Pass& pass);

  kernel::SmoothPatches view() const;
  std::size_t count() const { return patches_.size(); }
  /// Makes one of them; different ones at once if that is wanted.
  void make(std::size_t patch);

 private:
  const Pass& pass_;
  kernel::SmoothPatches range_;
  std::vector<kernel::SmoothPatch> patches_;
  std::vector<std::vector<kernel::SmoothSquare>> squares_;  ///< of each patch
};

/// Of all passes, by as many threads as they have.
std::deque<SmoothBackgrounds> smooth_backgrounds(std::span<const Pass> passes, const std::stop_token& stop);

}  // namespace femtobragg::backends::simd_backend
