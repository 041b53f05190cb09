// What strips need to tell reflections apart: the same for all instruction sets.
#pragma once

#include <cstddef>

#include "femtobragg/backends/simd/kernels/strip_job.h"

namespace femtobragg::kernel {

/// A piece of a row that is looked at together. `at`: its place in a strip's working memory.
struct TileSpot {
  std::size_t fast, slow, at;
};

inline constexpr std::size_t most_label_pixels = 16;

/// What one reflection brings to the pixels of a tile, with amplitude 1.
struct LabelTile {
  alignas(64) double photons[most_label_pixels], wavelength[most_label_pixels], phi[most_label_pixels];
};

/// Who keeps them: those of a tile that were not found before are zero; null: the reflection is dark.
struct LabelTaker {
  void* taker = nullptr;
  LabelTile* (*find)(void* taker, const TileSpot& spot, std::size_t pixels, const Vec3d& hkl) = nullptr;
};

struct LabelJob {
  StripJob strip;                   ///< its sums become backgrounds, where there is light; pixels and tap are not used
  bool polychromatic = false;       ///< photons x wavelength are asked for
  const double* phi_rad = nullptr;  ///< of each step of the spindle, where photons x angle are asked for; or null
  std::size_t mosaic_domains = 1;
  LabelTaker taker;
};

}  // namespace femtobragg::kernel
