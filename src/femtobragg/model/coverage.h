// Which pixels of a detector's image are rendered.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "femtobragg/model/detector.h"
#include "femtobragg/model/image.h"

#pragma GCC visibility push(default)
namespace femtobragg {

struct Coverage {
  ImageShape shape;
  RegionOfInterest region;         ///< within the image
  std::vector<std::uint8_t> mask;  ///< one byte a pixel, 0: not rendered; empty: all in the region are

  bool masked(std::size_t fast, std::size_t slow) const {
    return !mask.empty() && mask[slow * shape.n_fast + fast] == 0;
  }
  bool renders(std::size_t fast, std::size_t slow) const { return region.contains(fast, slow) && !masked(fast, slow); }
};

/// A pixel of a panel, counted within it.
struct PanelPixel {
  std::size_t panel = 0, fast = 0, slow = 0;
};

/// The pixel at a position of the image that the panels share. Nothing: a gap between them, or outside the image.
std::optional<PanelPixel> panel_pixel_at(const Detector& detector, std::size_t fast, std::size_t slow);

/// The first two panels found whose windows in the image overlap, or nothing.
std::optional<std::pair<std::size_t, std::size_t>> overlapping_panels(const Detector& detector);

/// Coverage of the image that the panels share. Several panels: the region is the whole image, gaps are masked.
Coverage coverage_of(const Detector& detector);

}  // namespace femtobragg
#pragma GCC visibility pop
