// Images with given pixels.
#pragma once

#include <limits>
#include <utility>
#include <vector>

#include "femtobragg/model/image.h"

namespace femtobragg {

inline constexpr float nan = std::numeric_limits<float>::quiet_NaN();
inline constexpr float infinity = std::numeric_limits<float>::infinity();

inline Image image_of(std::size_t n_fast, std::vector<float> pixels) {
  Image image = Image::zeros(n_fast, pixels.size() / n_fast);
  image.pixels = std::move(pixels);
  return image;
}

}  // namespace femtobragg
