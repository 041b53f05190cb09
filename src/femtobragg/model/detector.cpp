// The image that a detector's panels share.
#include "femtobragg/model/detector.h"

#include <algorithm>

namespace femtobragg {

ImageShape Detector::image_shape() const {
  ImageShape shape;
  for (const Panel& panel : panels) {
    shape.n_fast = std::max(shape.n_fast, panel.data_fast + panel.n_fast);
    shape.n_slow = std::max(shape.n_slow, panel.data_slow + panel.n_slow);
  }
  return shape;
}

}  // namespace femtobragg
