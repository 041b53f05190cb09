// Panels as windows of an image.
#include "femtobragg/model/coverage.h"

namespace femtobragg {
namespace {

void open_window(const Panel& panel, Coverage& coverage) {
  const RegionOfInterest& region = panel.region;
  for (std::size_t slow = region.slow_begin; slow < region.slow_end; ++slow)
    for (std::size_t fast = region.fast_begin; fast < region.fast_end; ++fast)
      if (!panel.masked(fast, slow))
        coverage.mask[(panel.data_slow + slow) * coverage.shape.n_fast + panel.data_fast + fast] = 1;
}

}  // namespace

std::optional<PanelPixel> panel_pixel_at(const Detector& detector, std::size_t fast, std::size_t slow) {
  for (std::size_t i = 0; i < detector.panels.size(); ++i) {
    const Panel& panel = detector.panels[i];
    if (fast < panel.data_fast || slow < panel.data_slow) continue;
    const PanelPixel at{i, fast - panel.data_fast, slow - panel.data_slow};
    if (at.fast < panel.n_fast && at.slow < panel.n_slow) return at;
  }
  return std::nullopt;
}

Coverage coverage_of(const Detector& detector) {
  const ImageShape shape = detector.image_shape();
  const Panel& first = detector.panels.front();
  const bool fills_image = detector.panels.size() == 1 && shape == ImageShape{first.n_fast, first.n_slow};
  if (fills_image) return {shape, first.region, first.mask};
  Coverage coverage{shape, {0, shape.n_fast, 0, shape.n_slow}, std::vector<std::uint8_t>(shape.n_fast * shape.n_slow)};
  for (const Panel& panel : detector.panels) open_window(panel, coverage);
  return coverage;
}

}  // namespace femtobragg
