// Backgrounds change little from pixel to pixel: polynomials that give them in squares of a panel's pixels.
#pragma once

#include <cstddef>

#include "femtobragg/base/simd.h"
#include "femtobragg/base/square_nodes.h"
#include "femtobragg/kernel/plan.h"

namespace femtobragg::kernel {

inline constexpr std::size_t most_squares = (patch_pixels / least_square) * (patch_pixels / least_square);

/// Photons of one background, by their values at nodes.
struct SmoothSquare {
  bool holds = false;  ///< whether the polynomial is right; otherwise every pixel must be computed
  alignas(simd::alignment) double values[smooth_nodes][smooth_nodes];
};

/// A square of patch_pixels, divided into equal ones. The same whatever region of the panel is rendered.
struct SmoothPatch {
  std::size_t side = patch_pixels;  ///< pixels along an edge of each square
  const SmoothSquare* squares = nullptr;

  /// The square that holds a pixel of the patch.
  const SmoothSquare& at(std::size_t fast, std::size_t slow) const {
    return squares[slow / side * (patch_pixels / side) + fast / side];
  }
};

/// The patches that a region of a panel needs, of each background of the plan.
struct SmoothPatches {
  const SmoothPatch* patches = nullptr;  ///< backgrounds x rows x columns; null: there are none
  std::size_t first_column = 0, first_row = 0, columns = 0, rows = 0;

  /// The patch that holds a pixel of the region; null: none is there.
  const SmoothPatch* of(std::size_t background, std::size_t fast, std::size_t slow) const {
    const std::size_t column = fast / patch_pixels - first_column, row = slow / patch_pixels - first_row;
    return patches && column < columns ? patches + (background * rows + row) * columns + column : nullptr;
  }
};

/// Squares of one patch of one background.
struct PatchJob {
  const PlanView* plan;
  const PanelView* panel;
  std::size_t background = 0;
  std::size_t fast = 0, slow = 0;      ///< first pixel
  SmoothSquare squares[most_squares];  ///< out
  std::size_t side = 0;                ///< out: of each square
};

}  // namespace femtobragg::kernel
