// What a strip of rows needs beside the plan, and what it gives back: the same for all instruction sets.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "femtobragg/backends/simd/kernels/bounds.h"
#include "femtobragg/backends/simd/kernels/smooth_patches.h"
#include "femtobragg/backends/simd/kernels/terms.h"
#include "femtobragg/backends/simd/kernels/tile_tap.h"
#include "femtobragg/kernel/pixel_window.h"
#include "femtobragg/kernel/plan.h"
#include "femtobragg/physics/tricubic.h"

namespace femtobragg::kernel {

/// Reflections from the middle of a float tile to its ends: fewer, so that offsets in a table are exact.
inline constexpr double most_reflections = 8;

/// Made of the table of structure factors for a run: entries are in the same places. Null where they would be too
/// large.
struct AmplitudeTables {
  const float* squared = nullptr;     ///< relative to the largest
  const std::uint8_t* lit = nullptr;  ///< whether the entry or one of its 26 neighbours is not zero
};

/// The amplitude at hkl, next to the whole numbers hkl0, interpolated where that is asked for and possible.
using AmplitudeFunction = double (*)(const PlanNumbers& plan, const Vec3d& hkl, const Vec3d& hkl0);

/// The same with its derivatives by the Miller indices.
using AmplitudeSlopeFunction = physics::AmplitudeSlope (*)(const PlanNumbers& plan, const Vec3d& hkl,
                                                           const Vec3d& hkl0);

/// What tiles need to know beside the plan.
struct TileFacts {
  double table_scale = 1;  ///< 1 / the largest amplitude: sums are relative to the brightest possible term
  AmplitudeTables tables;
  AmplitudeFunction amplitude_at = nullptr;
  bool dark = false;       ///< no reflection has an amplitude
  bool all_alike = false;  ///< every reflection here has the amplitude outside the table
  double most_q_per_m = std::numeric_limits<double>::infinity();  ///< beyond it all amplitudes are zero
  Reach reach;                                                    ///< of a term with the largest amplitude
  bool test_tiles = false;                                        ///< leave out terms that do not reach a tile
  double least_obliquity = 0;  ///< cosine between the normal and the ray to the panel's furthest corner
  double metric_stretch = 0;   ///< spread in the metric for a unit change of direction
  Factor capture = Factor::EachSample, polarization = Factor::EachSample, solid_angle = Factor::EachSample;

  /// Whether some terms are known not to matter somewhere.
  bool choose_terms() const { return !reach.everywhere || most_q_per_m < std::numeric_limits<double>::infinity(); }
};

inline constexpr std::size_t strip_rows = 8;
inline constexpr std::size_t longest_tile = 64;  ///< pixels, of any instruction set

/// A reflection that terms of a chunk can bring onto the panel.
struct Spot {
  Vec3d hkl;
  double reach_per_m;  ///< its terms are below the level at this distance from the lattice point
};

/// The spots that may touch a strip, for one chunk of terms.
struct SpotChoice {
  const Spot* spots = nullptr;
  const std::uint32_t* list = nullptr;  ///< indices into spots
  std::size_t count = 0;
};

struct StripJob {
  const PlanView* plan;
  const PanelView* panel;
  const TileFacts* facts;
  std::size_t slow_begin, slow_end;              ///< at most strip_rows
  PixelWindow pixels;                            ///< of the whole panel; null: only `brightest` is wanted
  TileMarks marks;                               ///< strip_rows x padded_width() / tile of working memory
  const SpotChoice* spots;                       ///< for each chunk of terms; null: blocks of pixels are tested instead
  double* sums;                                  ///< strip_rows x padded_width() of working memory
  bool* lit;                                     ///< strip_rows x padded_width() / tile of working memory
  SmoothPatches smooth{};                        ///< of backgrounds; without them every pixel is computed
  const TileTap* tap = nullptr;                  ///< told about one pixel; null: nobody listens
  const std::atomic<bool>* abandoned = nullptr;  ///< true: nobody wants the strip any more; null: never
  double solid_angle_sr = 0;                     ///< out: of the rendered pixels
  double brightest = 0;                          ///< out: largest sum of terms with all factors, relative
  std::size_t rendered = 0;                      ///< out: number of pixels

  [[gnu::always_inline]] bool is_abandoned() const { return abandoned && abandoned->load(std::memory_order_relaxed); }
};

/// Pixels from the region's first to the end of its last tile, for any width of tiles.
inline std::size_t padded_width(const PanelNumbers& panel) {
  return (panel.fast_end - panel.fast_begin + longest_tile - 1) / longest_tile * longest_tile;
}

}  // namespace femtobragg::kernel
