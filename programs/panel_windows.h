// Panels' pixels, cut out of the image that they share, and put back into it.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "femtobragg/model/detector.h"

namespace femtobragg::programs {

/// `image`: of the detector's image_shape().
template <class T>
std::vector<T> cut_out(std::span<const T> image, const ImageShape& shape, const Panel& panel) {
  std::vector<T> pixels;
  pixels.reserve(panel.n_fast * panel.n_slow);
  for (std::size_t slow = 0; slow < panel.n_slow; ++slow) {
    const auto row = image.subspan((panel.data_slow + slow) * shape.n_fast + panel.data_fast, panel.n_fast);
    pixels.insert(pixels.end(), row.begin(), row.end());
  }
  return pixels;
}

/// Panel after panel, as targets of refinements lie.
template <class T>
std::vector<T> panel_after_panel(std::span<const T> image, const Detector& detector) {
  std::vector<T> all;
  for (const Panel& panel : detector.panels) {
    const std::vector<T> pixels = cut_out(image, detector.image_shape(), panel);
    all.insert(all.end(), pixels.begin(), pixels.end());
  }
  return all;
}

/// The way back; zeros between the panels.
template <class T>
std::vector<T> in_one_image(const std::vector<T>& panels, const Detector& detector) {
  const ImageShape shape = detector.image_shape();
  std::vector<T> image(shape.n_fast * shape.n_slow);
  auto row = panels.begin();
  for (const Panel& panel : detector.panels)
    for (std::size_t slow = 0; slow < panel.n_slow; ++slow, row += static_cast<std::ptrdiff_t>(panel.n_fast))
      std::copy_n(row, panel.n_fast, &image[(panel.data_slow + slow) * shape.n_fast + panel.data_fast]);
  return image;
}

}  // namespace femtobragg::programs
