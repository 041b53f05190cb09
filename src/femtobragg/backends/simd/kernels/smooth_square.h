// A square of pixels in which a background is computed at few nodes; a polynomial through these gives the rest. Where
// it misses pixels that are computed to check it, smaller squares are tried, and at last every pixel.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "femtobragg/backends/simd/kernels/smooth_patches.h"
#include "femtobragg/base/simd.h"
#include "femtobragg/kernel/background.h"

namespace femtobragg::kernel {

/// Nodes of Chebyshev among `pixels` pixels, which keep errors at the ends as small as in the middle, and the values of
/// their Lagrange polynomials. P: a pack type, so that the numbers carry the name of the instruction set.
template <class P, std::size_t pixels>
struct NodeWeights {
  alignas(simd::alignment) double place[smooth_nodes];  ///< pixels from the first
  alignas(simd::alignment) double by_node[smooth_nodes][pixels];
  alignas(simd::alignment) double by_pixel[pixels][smooth_nodes];

  constexpr NodeWeights() : place{}, by_node{}, by_pixel{} {
    constexpr double half = 0.5 * static_cast<double>(pixels);
    constexpr double cosines[smooth_nodes] = {-0.98078528, -0.83146961, -0.55557023, -0.19509032,
                                              0.19509032,  0.55557023,  0.83146961,  0.98078528};
    for (std::size_t k = 0; k < smooth_nodes; ++k) place[k] = half - 0.5 + half * cosines[k];
    for (std::size_t k = 0; k < smooth_nodes; ++k)
      for (std::size_t i = 0; i < pixels; ++i) {
        double weight = 1;
        for (std::size_t other = 0; other < smooth_nodes; ++other)
          if (other != k) weight *= (static_cast<double>(i) - place[other]) / (place[k] - place[other]);
        by_node[k][i] = by_pixel[i][k] = weight;
      }
  }
};
template <class P, std::size_t pixels>
inline constexpr NodeWeights<P, pixels> node_weights{};

/// Calls f with the weights of squares of that side.
template <class P, class F>
void with_node_weights(std::size_t side, F&& f) {
  static_assert(patch_pixels == 64 && least_square == 16);
  if (side == 64) return f(node_weights<P, 64>);
  if (side == 32) return f(node_weights<P, 32>);
  f(node_weights<P, 16>);
}

/// The polynomial on a row of a square.
template <class D>
class SmoothRow {
 public:
  SmoothRow(const SmoothSquare& square, std::size_t side, std::size_t slow) : side_(side) {
    with_node_weights<D>(side, [&](const auto& weights) {
      for (std::size_t i = 0; i < smooth_nodes; i += simd::lanes<D>) {
        D sum(0.);
        for (std::size_t j = 0; j < smooth_nodes; ++j)
          sum += D(weights.by_pixel[slow][j]) * simd::load<D>(square.values[j] + i);
        simd::store(nodes_ + i, sum);
      }
    });
  }

  /// Photons in the pixels from this one on, a multiple of a pack's length.
  D at(std::size_t fast) const {
    D sum(0.);
    with_node_weights<D>(side_, [&](const auto& weights) {
      for (std::size_t i = 0; i < smooth_nodes; ++i) sum += D(nodes_[i]) * simd::load<D>(weights.by_node[i] + fast);
    });
    return sum;
  }

 private:
  std::size_t side_;
  alignas(simd::alignment) double nodes_[smooth_nodes];
};

/// What a square is made from: the pixels from this one on, `side` in each direction.
struct SquarePlace {
  std::size_t fast = 0, slow = 0, side = patch_pixels;
};

/// D: a pack of doubles.
template <class D>
class SquareFit {
 public:
  SquareFit(const PlanView& plan, const PanelView& panel, const physics::Background& background,
            const SquarePlace& place)
      : plan_(plan), panel_(panel), background_(background), place_(place) {}

  /// The polynomial, if it is right.
  void fit(SmoothSquare& square) const {
    square.holds = is_smooth();
    if (!square.holds) return;
    with_node_weights<D>(place_.side, [&](const auto& weights) {
      for (std::size_t j = 0; j < smooth_nodes; ++j)
        for (std::size_t i = 0; i < smooth_nodes; i += simd::lanes<D>)
          simd::store(square.values[j] + i, photons(simd::load<D>(weights.place + i), D(weights.place[j])));
    });
    square.holds = checks(square);
  }

 private:
  Vec3d corner(std::size_t fast, std::size_t slow) const {
    const Vec3<D> at = sensor_position(panel_, D(panel_.pixel_size_m * static_cast<double>(fast)),
                                       D(panel_.pixel_size_m * static_cast<double>(slow)), 0.0);
    return {simd::first(at.x), simd::first(at.y), simd::first(at.z)};
  }

  /// Whether sin(theta) / lambda changes so little in the square, as seen from the nearest end of the path, that no
  /// detail of the profile can hide between the nodes and the pixels that check.
  bool is_smooth() const {
    const Vec3d first = corner(place_.fast, place_.slow);
    const Vec3d last = corner(place_.fast + place_.side, place_.slow + place_.side);
    const Vec3d middle = 0.5 * (first + last);
    const double half = 0.5 * norm(last - first);
    double shortest_m = std::numeric_limits<double>::infinity(), nearest_m = shortest_m;
    for (const Ray& ray : plan_.rays) shortest_m = std::min(shortest_m, ray.wavelength_m);
    for (const Direction& direction : plan_.directions)
      for (const double end_m : {background_.path.from_m, background_.path.to_m})
        nearest_m = std::min(nearest_m, norm(middle - end_m * direction.incident) - half);
    // A peak as wide as 2.5 times its standard deviation on either side cannot hide from eight nodes.
    constexpr double most = 2.5;
    return nearest_m > 2 * half && 0.5 * half / nearest_m / shortest_m < most * background_.smooth_over_per_m;
  }

  /// Photons in pixels at these places, counted from the square's first.
  D photons(const D& fast, const D& slow) const {
    const D pixel(panel_.pixel_size_m);
    const D fast_m = pixel * (D(static_cast<double>(place_.fast)) + fast),
            slow_m = pixel * (D(static_cast<double>(place_.slow)) + slow);
    return photons_of<D>(
        plan_, panel_, background_, [&](std::size_t layer, std::size_t sub_fast, std::size_t sub_slow) {
          return sensor_point(panel_, fast_m + D(sub_pixel_offset_m(panel_, plan_.oversample, 0, sub_fast)),
                              slow_m + D(sub_pixel_offset_m(panel_, plan_.oversample, 0, sub_slow)),
                              panel_.layers[layer].depth_m);
        });
  }

  /// Whether it is right at pixels that lie between the nodes.
  bool checks(const SmoothSquare& square) const {
    constexpr double allowed = 5e-8;
    constexpr std::size_t count = 16;
    // Of sixteen by sixteen: all four corners, and one pixel in each row and each column between them.
    alignas(simd::alignment) static constexpr double fast_of[count] = {0,  15, 0, 15, 7, 2, 10, 5,
                                                                       13, 8,  1, 12, 4, 9, 14, 6};
    alignas(simd::alignment) static constexpr double slow_of[count] = {0, 0, 15, 15, 8,  1,  2,  3,
                                                                       4, 5, 6,  9,  11, 12, 13, 14};
    const double step = static_cast<double>(place_.side - 1) / 15;
    alignas(simd::alignment) double exact[count], fast[count], slow[count];
    for (std::size_t n = 0; n < count; ++n) {
      fast[n] = static_cast<double>(static_cast<std::size_t>(fast_of[n] * step + 0.5));
      slow[n] = static_cast<double>(static_cast<std::size_t>(slow_of[n] * step + 0.5));
    }
    for (std::size_t n = 0; n < count; n += simd::lanes<D>)
      simd::store(exact + n, photons(simd::load<D>(fast + n), simd::load<D>(slow + n)));
    for (std::size_t n = 0; n < count; ++n) {
      const auto x = static_cast<std::size_t>(fast[n]), y = static_cast<std::size_t>(slow[n]);
      const std::size_t lane = x % simd::lanes<D>;
      alignas(simd::alignment) double found[simd::lanes<D>];
      simd::store(found, SmoothRow<D>(square, place_.side, y).at(x - lane));
      if (!(std::abs(found[lane] - exact[n]) <= allowed * exact[n])) return false;
    }
    return true;
  }

  const PlanView& plan_;
  const PanelView& panel_;
  const physics::Background& background_;
  SquarePlace place_;
};

/// The largest squares whose polynomials are right; of the smallest ones not all need be. Those beyond the panel are
/// left out.
template <class D>
void fit_patch(PatchJob& job) {
  const physics::Background& background = job.plan->backgrounds[job.background];
  for (job.side = patch_pixels;; job.side /= 2) {
    bool all_hold = true;
    const std::size_t across = patch_pixels / job.side;
    for (std::size_t n = 0; n < across * across && (all_hold || job.side == least_square); ++n) {
      const SquarePlace place{job.fast + n % across * job.side, job.slow + n / across * job.side, job.side};
      job.squares[n].holds = false;
      if (place.fast >= job.panel->n_fast || place.slow >= job.panel->n_slow) continue;
      SquareFit<D>(*job.plan, *job.panel, background, place).fit(job.squares[n]);
      all_hold = all_hold && job.squares[n].holds;
    }
    if (all_hold || job.side == least_square) return;
  }
}

}  // namespace femtobragg::kernel
