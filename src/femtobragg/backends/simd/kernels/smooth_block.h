// Backgrounds change little from pixel to pixel: in a block of pixels they are computed at few nodes, and a polynomial
// through these gives the rest. Where it misses the pixels that are computed to check it, every pixel is computed.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "femtobragg/backends/simd/kernels/strip_job.h"
#include "femtobragg/backends/simd/kernels/tile_geometry.h"
#include "femtobragg/base/simd.h"
#include "femtobragg/kernel/background.h"

namespace femtobragg::kernel {

/// Values of the Lagrange polynomials of `nodes` nodes at `pixels` pixels. The nodes are nearly those of Chebyshev,
/// which keep errors at the ends as small as in the middle.
template <class P, std::size_t nodes, std::size_t pixels>
struct NodeWeights {
  alignas(simd::alignment) double place[nodes];  ///< pixels from the first
  alignas(simd::alignment) double weight[nodes][pixels];

  constexpr explicit NodeWeights(const double (&cosines)[nodes]) : place{}, weight{} {
    constexpr double half = 0.5 * static_cast<double>(pixels);
    for (std::size_t k = 0; k < nodes; ++k) place[k] = half - 0.5 + half * cosines[k];
    for (std::size_t k = 0; k < nodes; ++k)
      for (std::size_t i = 0; i < pixels; ++i) {
        weight[k][i] = 1;
        for (std::size_t other = 0; other < nodes; ++other)
          if (other != k) weight[k][i] *= (static_cast<double>(i) - place[other]) / (place[k] - place[other]);
      }
  }
};

/// A block of longest_tile x strip_rows pixels. D: a pack of doubles, so that the code carries the name of the
/// instruction set.
template <class D>
class SmoothBlock {
 public:
  static constexpr std::size_t along = 8, across = 4;  ///< nodes

  /// Whether the polynomial has this background.
  bool knows(std::size_t k) const { return k < 64 && ((known_ >> k) & 1) != 0; }

  /// Looks at the block from this pixel on.
  [[gnu::noinline]] void look(const PlanView& plan, const PanelView& panel, std::size_t fast, std::size_t slow) {
    fast_ = fast;
    slow_ = slow;
    row_ = std::numeric_limits<std::size_t>::max();
    known_ = 0;
    for (std::size_t k = 0; k < std::min<std::size_t>(plan.backgrounds.size(), 64); ++k)
      if (plan.backgrounds[k].scale != 0 && is_smooth(plan, panel, plan.backgrounds[k]))
        known_ |= std::uint64_t{1} << k;
    if (known_ == 0) return;
    for (std::size_t j = 0; j < across; ++j)
      for (std::size_t i = 0; i < along; i += simd::lanes<D>)
        simd::store(values_[j] + i, photons(plan, panel, simd::load<D>(fast_nodes.place + i), D(slow_nodes.place[j])));
    if (!checks(plan, panel)) known_ = 0;
  }

  /// Photons of the known backgrounds in the pixels from this one on.
  D at(std::size_t fast, std::size_t slow) const {
    if (known_ == 0) return D(0.);
    if (slow != row_) {
      row_ = slow;
      for (std::size_t i = 0; i < along; ++i) {
        of_row_[i] = 0;
        for (std::size_t j = 0; j < across; ++j) of_row_[i] += slow_nodes.weight[j][slow - slow_] * values_[j][i];
      }
    }
    D sum(0.);
    for (std::size_t i = 0; i < along; ++i) sum += D(of_row_[i]) * simd::load<D>(fast_nodes.weight[i] + (fast - fast_));
    return sum;
  }

 private:
  static constexpr double eight[along] = {-0.98078528, -0.83146961, -0.55557023, -0.19509032,
                                          0.19509032,  0.55557023,  0.83146961,  0.98078528};
  static constexpr double four[across] = {-0.92387953, -0.38268343, 0.38268343, 0.92387953};
  static constexpr NodeWeights<D, along, longest_tile> fast_nodes{eight};
  static constexpr NodeWeights<D, across, strip_rows> slow_nodes{four};

  /// Whether sin(theta) / lambda changes so little in the block that the profile has no detail there which eight nodes
  /// would miss. From the nearest end of its path.
  bool is_smooth(const PlanView& plan, const PanelView& panel, const physics::Background& background) const {
    if (background.is_flat() && !background.has_path()) return true;
    const auto corner = [&](std::size_t fast, std::size_t slow) {
      const Vec3<D> at = sensor_position(panel, D(panel.pixel_size_m * static_cast<double>(fast)),
                                         D(panel.pixel_size_m * static_cast<double>(slow)), 0.0);
      return Vec3d{lane_of(at.x, 0), lane_of(at.y, 0), lane_of(at.z, 0)};
    };
    const Vec3d first = corner(fast_, slow_), last = corner(fast_ + longest_tile, slow_ + strip_rows);
    const Vec3d middle = 0.5 * (first + last);
    const double half = 0.5 * norm(last - first);
    double shortest_m = std::numeric_limits<double>::infinity(), nearest_m = shortest_m;
    for (const Ray& ray : plan.rays) shortest_m = std::min(shortest_m, ray.wavelength_m);
    for (const Direction& direction : plan.directions)
      for (const double end_m : {background.path.from_m, background.path.to_m})
        nearest_m = std::min(nearest_m, norm(middle - end_m * direction.incident) - half);
    return nearest_m > 2 * half && half / nearest_m / shortest_m < 0.7 * background.smooth_over_per_m;
  }

  /// Photons of the known backgrounds in pixels at these places, counted from the block's first.
  D photons(const PlanView& plan, const PanelView& panel, const D& fast, const D& slow) const {
    const D pixel(panel.pixel_size_m);
    const D fast_m = pixel * (D(static_cast<double>(fast_)) + fast),
            slow_m = pixel * (D(static_cast<double>(slow_)) + slow);
    return background_photons<D>(
        plan, panel,
        [&](std::size_t layer, std::size_t sub_fast, std::size_t sub_slow) {
          return sensor_point(panel, fast_m + D(sub_pixel_offset_m(panel, plan.oversample, 0, sub_fast)),
                              slow_m + D(sub_pixel_offset_m(panel, plan.oversample, 0, sub_slow)),
                              panel.layers[layer].depth_m);
        },
        [&](std::size_t k) { return knows(k); });
  }

  /// Whether it is right at pixels that lie between the nodes.
  bool checks(const PlanView& plan, const PanelView& panel) const {
    constexpr double allowed = 5e-7;
    alignas(simd::alignment) static constexpr double fast[] = {0, 10, 18, 27, 36, 46, 54, 63},
                                                     slow[] = {3, 7, 0, 5, 2, 6, 4, 1};
    alignas(simd::alignment) double exact[std::size(fast)];
    for (std::size_t i = 0; i < std::size(fast); i += simd::lanes<D>)
      simd::store(exact + i, photons(plan, panel, simd::load<D>(fast + i), simd::load<D>(slow + i)));
    for (std::size_t n = 0; n < std::size(fast); ++n) {
      const auto x = static_cast<std::size_t>(fast[n]), y = static_cast<std::size_t>(slow[n]);
      double sum = 0;
      for (std::size_t j = 0; j < across; ++j)
        for (std::size_t i = 0; i < along; ++i)
          sum += slow_nodes.weight[j][y] * fast_nodes.weight[i][x] * values_[j][i];
      if (!(std::abs(sum - exact[n]) <= allowed * exact[n])) return false;
    }
    return true;
  }

  std::size_t fast_ = 0, slow_ = 0;
  std::uint64_t known_ = 0;  ///< a bit for each background
  alignas(simd::alignment) double values_[across][along];
  mutable std::size_t row_ = 0;  ///< that of_row_ is for
  mutable double of_row_[along];
};

}  // namespace femtobragg::kernel
