// Pictures of images for looking at, as PNG.
#pragma once

#include <string>

#include "femtobragg/formats/picture/preview.h"
#include "femtobragg/formats/picture/tones.h"
#include "femtobragg/model/geometry.h"
#include "femtobragg/model/image.h"

namespace femtobragg::formats {

/// `geometry`: of the detector that the image is of; null: unknown. NaN, gaps, and what is masked or not rendered have
/// the colour of gaps. Throws Error(Usage) if the geometry lacks what the options need, and for spots that are on none
/// of its panels.
PictureReport write_picture(const std::string& path, const Image& image, const Geometry* geometry,
                            const PreviewOptions& options = {});
/// The same with given tones: pictures that are to be compared share them.
void write_picture(const std::string& path, const Image& image, const Tones& tones, const PreviewOptions& options = {});

/// A picture of differences: blue below zero, white, red above. Full colour at plus and minus `most`; the logarithmic
/// scale is linear within a hundredth of it. NaN has the colour of gaps. A bar in a corner says what the colours are,
/// where there is room for it.
void write_difference_picture(const std::string& path, const Image& difference, double most,
                              GreyScale scale = GreyScale::Log);

}  // namespace femtobragg::formats
