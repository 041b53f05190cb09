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

/// D: a pack of doubles.
template <class D>
class SquareFit {
 public:
  SquareFit(const PlanView& plan, const PanelView& panel, const physics::Background& background,
            const PixelSquare& place)
      : plan_(plan), panel_(panel), background_(background), place_(place) {}

  /// The polynomial, if it is right.
  void fit(SmoothSquare& square) const {
    square.holds = is_smooth();
    if (!square.holds) return;
    with_node_weights<D>(place_.side, [&](const auto& weights) {
      for (std::size_t j = 0; j < smooth_nodes; ++j)
        for (std::size_t i = 0; i < smooth_nodes; i += simd::lanes<D>)
          simd::store(square.values[j] + i, photons(simd::load<D>(weights.place + i), D(weights.place[j]), 1));
      if (plan_.oversample > 1) average_sub_pixels(weights, square);
      square.holds = checks(weights, square);
    });
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
  D photons(const D& fast, const D& slow, std::size_t oversample) const {
    const D pixel(panel_.pixel_size_m);
    const D fast_m = pixel * (D(static_cast<double>(place_.fast)) + fast),
            slow_m = pixel * (D(static_cast<double>(place_.slow)) + slow);
    return photons_of<D>(plan_, panel_, background_, oversample,
                         [&](std::size_t layer, std::size_t sub_fast, std::size_t sub_slow) {
                           return sensor_point(panel_, fast_m + D(sub_pixel_offset_m(panel_, oversample, 0, sub_fast)),
                                               slow_m + D(sub_pixel_offset_m(panel_, oversample, 0, sub_slow)),
                                               panel_.layers[layer].depth_m);
                         });
  }

  /// From the polynomial of middles to that of means over sub-pixels.
  template <class Weights>
  void average_sub_pixels(const Weights& weights, SmoothSquare& square) const {
    double share[smooth_nodes][smooth_nodes] = {}, rows[smooth_nodes][smooth_nodes] = {};
    const auto count = static_cast<double>(plan_.oversample);
    for (std::size_t k = 0; k < smooth_nodes; ++k)
      for (std::size_t i = 0; i < smooth_nodes; ++i)
        for (std::size_t sub = 0; sub < plan_.oversample; ++sub)
          share[k][i] += weights.lagrange(i, weights.place[k] + (static_cast<double>(sub) + 0.5) / count - 0.5) / count;
    for (std::size_t j = 0; j < smooth_nodes; ++j)
      for (std::size_t k = 0; k < smooth_nodes; ++k)
        for (std::size_t i = 0; i < smooth_nodes; ++i) rows[j][k] += share[k][i] * square.values[j][i];
    for (std::size_t k = 0; k < smooth_nodes; ++k)
      for (std::size_t i = 0; i < smooth_nodes; ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < smooth_nodes; ++j) sum += share[k][j] * rows[j][i];
        square.values[k][i] = sum;
      }
  }

  /// Whether it is right at pixels that lie between the nodes.
  template <class Weights>
  bool checks(const Weights& weights, const SmoothSquare& square) const {
    constexpr double allowed = 5e-8;
    for (std::size_t n = 0; n < square_checks; n += simd::lanes<D>) {
      alignas(simd::alignment) double exact[simd::lanes<D>];
      simd::store(exact, photons(simd::load<D>(weights.check_fast + n), simd::load<D>(weights.check_slow + n),
                                 plan_.oversample));
      for (std::size_t k = 0; k < simd::lanes<D>; ++k) {
        const auto x = static_cast<std::size_t>(weights.check_fast[n + k]);
        const auto y = static_cast<std::size_t>(weights.check_slow[n + k]);
        const std::size_t lane = x % simd::lanes<D>;
        alignas(simd::alignment) double found[simd::lanes<D>];
        simd::store(found, SmoothRow<D>(square, place_.side, y).at(x - lane));
        if (!(std::abs(found[lane] - exact[k]) <= allowed * exact[k])) return false;
      }
    }
    return true;
  }

  const PlanView& plan_;
  const PanelView& panel_;
  const physics::Background& background_;
  PixelSquare place_;
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
      const PixelSquare place{job.fast + n % across * job.side, job.slow + n / across * job.side, job.side};
      job.squares[n].holds = false;
      if (place.fast >= job.panel->n_fast || place.slow >= job.panel->n_slow) continue;
      SquareFit<D>(*job.plan, *job.panel, background, place).fit(job.squares[n]);
      all_hold = all_hold && job.squares[n].holds;
    }
    if (all_hold || job.side == least_square) return;
  }
}

}  // namespace femtobragg::kernel
