// Convolution of a plane of pixels with what is symmetric along both axes. Nothing wraps around: what leaves the plane
// is lost.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "femtobragg/model/detector.h"

namespace femtobragg::stages {

/// Throws Error(Usage) for pixels without a size: light cannot spread over them.
void require_edges(const Panel& panel);

/// Pixels of an image that others own.
struct Plane {
  std::size_t n_fast = 0, n_slow = 0;
  double* values = nullptr;  ///< of the first pixel
  std::size_t stride = 0;    ///< from one row to the next

  std::span<double> row(std::size_t slow) const { return {values + slow * stride, n_fast}; }
};

/// Calls f(plane, panel) with the rendered pixels of each panel, in the values of the whole image. Throws Error(Usage)
/// for pixels without a size.
template <class F>
void for_each_plane(std::vector<double>& values, const Detector& detector, F&& f) {
  const std::size_t stride = detector.image_shape().n_fast;
  for (const Panel& panel : detector.panels) {
    const RegionOfInterest region = panel.rendered_region();
    if (region.empty()) continue;
    require_edges(panel);
    const std::size_t first = (panel.data_slow + region.slow_begin) * stride + panel.data_fast + region.fast_begin;
    f(Plane{region.width(), region.height(), values.data() + first, stride}, panel);
  }
}

/// In place. `fast`, `slow`: shares of the pixels 0, 1, 2 ... further along either side of an axis; further ones get
/// nothing. Values that are not finite stay, and give nothing to others; the same holds below.
void convolve(const Plane& plane, std::span<const double> fast, std::span<const double> slow, int threads);

/// Fills shares[0 .. n_fast) of the pixels `slow` rows and 0, 1, 2 ... columns further.
using ShareRow = std::function<void(std::size_t slow, std::span<double> shares)>;

/// By Fourier transforms, for shares that reach everywhere. Rounding errors are some 1e-15 of the brightest pixel.
void convolve_everywhere(const Plane& plane, const ShareRow& shares, int threads);

}  // namespace femtobragg::stages
