// Which terms may matter in a block of pixels: for shapes whose fringes reach from spot to spot.
#pragma once

#include <algorithm>
#include <cstddef>

#include "femtobragg/backends/simd/kernels/strip_job.h"
#include "femtobragg/base/simd.h"
#include "femtobragg/kernel/sample.h"

namespace femtobragg::kernel {

inline constexpr std::size_t block_pixels = 32;

/// Where a block of a flat or bent panel lies: a direction, and how far those of its pixels are from it.
struct BlockCone {
  Vec3d centre;
  double spread;
};

/// The functions here are templates on a pack type, all lanes alike, so that their code carries the name of the
/// instruction set.
template <class D>
Vec3d direction_at(const PanelView& panel, std::size_t fast, std::size_t slow, double depth_m) {
  const Vec3<D> d = sensor_point(panel, D(panel.pixel_size_m * static_cast<double>(fast)),
                                 D(panel.pixel_size_m * static_cast<double>(slow)), depth_m)
                        .diffracted;
  return {simd::first(d.x), simd::first(d.y), simd::first(d.z)};
}

template <class D>
BlockCone block_cone(const PanelView& panel, std::size_t fast, std::size_t slow, std::size_t rows) {
  BlockCone cone{direction_at<D>(panel, fast + block_pixels / 2, slow + rows / 2, 0), 0};
  for (const std::size_t f : {fast, fast + block_pixels})
    for (const std::size_t s : {slow, slow + rows})
      for (const double depth_m : {0.0, panel.layers.back().depth_m})
        cone.spread = std::max(cone.spread, norm(direction_at<D>(panel, f, s, depth_m) - cone.centre));
  return cone;
}

template <class D>
bool may_matter_in(const TileFacts& facts, const Term& term, const BlockCone& cone) {
  const Vec3d change = cone.centre - term.incident;
  const double most = term.wavelength_m * facts.most_q_per_m + cone.spread;
  if (dot(change, change) > most * most) return false;
  if (facts.reach.everywhere) return true;
  double rest[3], extent[3];
  for (std::size_t a = 0; a < 3; ++a) {
    const double h = term.m_x[a] * change.x + term.m_y[a] * change.y + term.m_z[a] * change.z;
    rest[a] = h - std::ceil(h - 0.5);
    extent[a] = term.steepness[a] * cone.spread;
  }
  return any(may_matter<D>(facts.reach, {D(rest[0]), D(rest[1]), D(rest[2])},
                           {D(extent[0]), D(extent[1]), D(extent[2])}, D(facts.metric_stretch * cone.spread)));
}

/// Marks, in each tile of the strip's rows [slow_begin, slow_end), the terms that may matter in its block.
template <class D>
void mark_blocks(const PanelView& panel, const TileFacts& facts, const Terms& terms, std::size_t slow_begin,
                 std::size_t slow_end, std::size_t tile, const TileMarks& marks) {
  const std::size_t tiles = padded_width(panel) / tile, tiles_per_block = block_pixels / tile;
  for (std::size_t first = 0; first < tiles; first += tiles_per_block) {
    const BlockCone cone = block_cone<D>(panel, panel.fast_begin + first * tile, slow_begin, slow_end - slow_begin);
    TermSet set{};
    bool any_term = false;
    for (std::size_t i = 0; i < terms.count; ++i) {
      if (!may_matter_in<D>(facts, terms.list[i], cone)) continue;
      set.add(i);
      any_term = true;
    }
    if (!any_term) continue;
    for (std::size_t row = 0; row < slow_end - slow_begin; ++row) {
      const std::size_t begin = row * tiles + first, count = std::min(tiles_per_block, tiles - first);
      std::fill_n(marks.sets + begin, count, set);
      std::fill_n(marks.in_use + begin, count, true);
    }
  }
}

}  // namespace femtobragg::kernel
