// The pixels of panels in the image that they share.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "femtobragg/model/detector.h"

namespace femtobragg {

/// Calls f(fast, slow, at) for each pixel of a panel in raster order; `at` is its place in an image of that shape, rows
/// of n_fast pixels one after another.
template <class F>
void for_each_place(const Panel& panel, const ImageShape& shape, F&& f) {
  for (std::size_t slow = 0; slow < panel.n_slow; ++slow) {
    std::size_t at = (panel.data_slow + slow) * shape.n_fast + panel.data_fast;
    for (std::size_t fast = 0; fast < panel.n_fast; ++fast, ++at) f(fast, slow, at);
  }
}

/// The panel's part of an image of that shape: n_slow x n_fast.
template <class T>
std::vector<T> cut_out(std::span<const T> image, const ImageShape& shape, const Panel& panel) {
  std::vector<T> pixels;
  pixels.reserve(panel.n_fast * panel.n_slow);
  for_each_place(panel, shape, [&](std::size_t, std::size_t, std::size_t at) { pixels.push_back(image[at]); });
  return pixels;
}

}  // namespace femtobragg
