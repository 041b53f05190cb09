// Maps of a panel's pixels of what changes smoothly but at edges: polynomials in squares, and single pixels at edges.
#pragma once

#include <cmath>
#include <span>

#include "femtobragg/base/square_nodes.h"
#include "femtobragg/kernel/plan.h"

namespace femtobragg {

/// How far polynomials may be from what they stand for.
struct MapTolerance {
  double relative, absolute;
};

/// Multiplies each pixel of a map of a panel by a function, in the region that is rendered.
///
/// F has, for threads that bring an F::Scratch each:
///   bool has_edges(PixelSquare, Scratch&)      whether it changes abruptly in that square, or may do so;
///   double at(fast_px, slow_px, Scratch&)      its value at a place, where the centre of the first pixel is 0.5, 0.5;
///   double in_pixel(fast, slow, Scratch&)      its value for a pixel, whatever edges go through it.
template <class F>
class SmoothMap {
 public:
  SmoothMap(const F& f, const kernel::PanelPlan& panel, MapTolerance tolerance, std::span<float> map)
      : f_(f), panel_(panel), tolerance_(tolerance), map_(map) {}

  void multiply() const {
    if (panel_.fast_begin >= panel_.fast_end || panel_.slow_begin >= panel_.slow_end) return;
    const std::size_t first_column = panel_.fast_begin / patch_pixels, first_row = panel_.slow_begin / patch_pixels;
    const std::size_t columns = (panel_.fast_end - 1) / patch_pixels + 1 - first_column;
    const std::size_t rows = (panel_.slow_end - 1) / patch_pixels + 1 - first_row;
#pragma omp parallel
    {
      typename F::Scratch scratch;
#pragma omp for schedule(dynamic)
      for (std::size_t n = 0; n < rows * columns; ++n)
        multiply({(first_column + n % columns) * patch_pixels, (first_row + n / columns) * patch_pixels, patch_pixels},
                 scratch);
    }
  }

 private:
  using Scratch = typename F::Scratch;
  using Nodes = double[smooth_nodes][smooth_nodes];

  void multiply(const PixelSquare& square, Scratch& scratch) const {
    if (square.fast >= panel_.fast_end || square.slow >= panel_.slow_end ||
        square.fast + square.side <= panel_.fast_begin || square.slow + square.side <= panel_.slow_begin)
      return;
    if (!f_.has_edges(square, scratch) &&
        with_node_weights<F>(square.side, [&](const auto& weights) { return fits(weights, square, scratch); }))
      return;
    if (square.side == least_square) return by_pixels(square, scratch);
    const std::size_t half = square.side / 2;
    for (const std::size_t slow : {square.slow, square.slow + half})
      for (const std::size_t fast : {square.fast, square.fast + half}) multiply({fast, slow, half}, scratch);
  }

  /// Multiplies by the polynomial, if it is right.
  template <class Weights>
  bool fits(const Weights& weights, const PixelSquare& square, Scratch& scratch) const {
    const auto at = [&](double fast, double slow) {
      return f_.at(static_cast<double>(square.fast) + fast + 0.5, static_cast<double>(square.slow) + slow + 0.5,
                   scratch);
    };
    Nodes nodes;
    for (std::size_t j = 0; j < smooth_nodes; ++j)
      for (std::size_t i = 0; i < smooth_nodes; ++i) nodes[j][i] = at(weights.place[i], weights.place[j]);
    for (std::size_t n = 0; n < square_checks; ++n) {
      const double exact = at(weights.check_fast[n], weights.check_slow[n]);
      double row[smooth_nodes], found = 0;
      row_of(weights, nodes, static_cast<std::size_t>(weights.check_slow[n]), row);
      for (std::size_t i = 0; i < smooth_nodes; ++i)
        found += row[i] * weights.by_node[i][static_cast<std::size_t>(weights.check_fast[n])];
      if (!(std::abs(found - exact) <= tolerance_.relative * std::abs(exact) + tolerance_.absolute)) return false;
    }
    for_each_row(square, [&](std::size_t slow, float* pixels, std::size_t begin, std::size_t end) {
      double row[smooth_nodes];
      row_of(weights, nodes, slow - square.slow, row);
      for (std::size_t x = begin; x < end; ++x) {
        double value = 0;
        for (std::size_t i = 0; i < smooth_nodes; ++i) value += row[i] * weights.by_node[i][x];
        pixels[x] = static_cast<float>(pixels[x] * value);
      }
    });
    return true;
  }

  void by_pixels(const PixelSquare& square, Scratch& scratch) const {
    for_each_row(square, [&](std::size_t slow, float* pixels, std::size_t begin, std::size_t end) {
      for (std::size_t x = begin; x < end; ++x)
        if (pixels[x] != 0) pixels[x] = static_cast<float>(pixels[x] * f_.in_pixel(square.fast + x, slow, scratch));
    });
  }

  template <class Weights>
  static void row_of(const Weights& weights, const Nodes& nodes, std::size_t slow, double (&row)[smooth_nodes]) {
    for (std::size_t i = 0; i < smooth_nodes; ++i) {
      row[i] = 0;
      for (std::size_t j = 0; j < smooth_nodes; ++j) row[i] += weights.by_pixel[slow][j] * nodes[j][i];
    }
  }

  /// Calls f(slow, pixels of the square in that row, begin and end of those that the region has).
  template <class Row>
  void for_each_row(const PixelSquare& square, Row&& f) const {
    const std::size_t begin = std::max(panel_.fast_begin, square.fast) - square.fast;
    const std::size_t end = std::min(panel_.fast_end, square.fast + square.side) - square.fast;
    for (std::size_t slow = std::max(panel_.slow_begin, square.slow);
         slow < std::min(panel_.slow_end, square.slow + square.side); ++slow)
      f(slow, map_.data() + slow * panel_.n_fast + square.fast, begin, end);
  }

  const F& f_;
  const kernel::PanelPlan& panel_;
  MapTolerance tolerance_;
  std::span<float> map_;
};

}  // namespace femtobragg
