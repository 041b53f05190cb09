// What an NXmx file says about its pixels, for images and geometry alike: limits and masks.
#pragma once

#include "femtobragg/formats/image/nexus_entry.h"
#include "femtobragg/formats/image/pixel_data.h"

namespace femtobragg::formats {

/// Whether a field of a detector is a mask or a limit.
bool is_pixel_rule(std::string_view name);

/// The rules for images of that shape; `frame`: whose mask is used if each has one. They come from the NXdetector, its
/// modules, and its maker's detectorSpecific. Slabs of masks are stacked, as in images.
PixelRules read_pixel_rules(const NexusEntry& entry, const hdf5::Object& detector, const ImageShape& shape,
                            std::size_t frame);

/// The axes of one image in data of these lengths, and the shape with slabs stacked: of more than three
/// axes the first counts frames, and those between it and slow slabs. Fewer than two: nothing.
struct ImageAxes {
  std::size_t count = 0, slabs = 1, frames = 1;
  ImageShape shape;
};
std::optional<ImageAxes> image_axes(const std::vector<std::uint64_t>& lengths, bool slabs_without_frames);

}  // namespace femtobragg::formats
