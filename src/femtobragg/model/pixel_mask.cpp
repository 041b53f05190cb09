// Bits of the pixels that a detector leaves out.
#include "femtobragg/model/pixel_mask.h"

namespace femtobragg {

PixelMask mask_of_panels(const Detector& detector) {
  const ImageShape shape = detector.image_shape();
  PixelMask mask(shape.n_fast * shape.n_slow, pixel_bits::gap);
  for (const Panel& panel : detector.panels) {
    const RegionOfInterest region = panel.rendered_region();
    for (std::size_t slow = 0; slow < panel.n_slow; ++slow)
      for (std::size_t fast = 0; fast < panel.n_fast; ++fast) {
        const bool left_out = panel.masked(fast, slow) || (!region.empty() && !region.contains(fast, slow));
        mask[(panel.data_slow + slow) * shape.n_fast + panel.data_fast + fast] = left_out ? pixel_bits::user : 0;
      }
  }
  return mask;
}

}  // namespace femtobragg
