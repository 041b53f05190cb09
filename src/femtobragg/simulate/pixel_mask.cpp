// Bits of bad pixels and of shadows.
#include "femtobragg/simulate/pixel_mask.h"

#include "femtobragg/simulate/stages/bad_pixels.h"
#include "femtobragg/simulate/transmission.h"

namespace femtobragg {
namespace {

/// Adds bits_of(panel number, pixel of the panel) to each pixel of a detector's image.
template <class BitsOf>
void add_bits(PixelMask& mask, const Detector& detector, const BitsOf& bits_of) {
  const std::size_t width = detector.image_shape().n_fast;
  for (std::size_t number = 0; number < detector.panels.size(); ++number) {
    const Panel& panel = detector.panels[number];
    for (std::size_t slow = 0; slow < panel.n_slow; ++slow)
      for (std::size_t fast = 0; fast < panel.n_fast; ++fast)
        mask[(panel.data_slow + slow) * width + panel.data_fast + fast] |= bits_of(number, slow * panel.n_fast + fast);
  }
}

std::uint32_t bits_of(stages::PixelHealth health) {
  return health == stages::PixelHealth::Dead  ? pixel_bits::dead
         : health == stages::PixelHealth::Hot ? pixel_bits::over_responding
                                              : 0;
}

}  // namespace

bool masks_shadows(const Experiment& experiment) {
  return !experiment.attenuation.obstacles.empty() && experiment.attenuation.mask_below > 0;
}

PixelMask pixel_mask_of(const Experiment& experiment, const Response* response) {
  const Detector& detector = experiment.detector;
  PixelMask mask = mask_of_panels(detector);
  if (response && response->bad_pixels.masked && (response->bad_pixels.dead > 0 || response->bad_pixels.hot > 0))
    add_bits(mask, detector, [&](std::size_t panel, std::size_t pixel) {
      return bits_of(stages::health_of(*response, panel, static_cast<std::uint32_t>(pixel)));
    });
  if (!masks_shadows(experiment)) return mask;
  std::vector<std::vector<float>> left;
  for (std::size_t i = 0; i < detector.panels.size(); ++i) left.push_back(transmission_of_obstacles(experiment, i));
  add_bits(mask, detector, [&](std::size_t panel, std::size_t pixel) {
    return static_cast<double>(left[panel][pixel]) < experiment.attenuation.mask_below ? pixel_bits::user : 0U;
  });
  return mask;
}

}  // namespace femtobragg
