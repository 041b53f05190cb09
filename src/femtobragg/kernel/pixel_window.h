// Where the pixels of a panel are written: a rectangle of an image.
#pragma once

#include <cstddef>

#include "femtobragg/base/device.h"

namespace femtobragg::kernel {

struct PixelWindow {
  float* first = nullptr;  ///< the panel's first pixel
  std::size_t stride = 0;  ///< floats from row to row of the image

  FB_HD float* row(std::size_t slow) const { return first + slow * stride; }
};

}  // namespace femtobragg::kernel
