// PNG files with a palette, through libpng.
#pragma once

#include <string>

#include "femtobragg/formats/image/image_contents.h"
#include "femtobragg/formats/picture/colour_map.h"

namespace femtobragg::formats {

/// Throws Error(Runtime) for pictures that PNG cannot hold.
void require_png_size(const std::string& path, std::size_t width, std::size_t height);

/// Rows hold numbers of the palette's colours. Throws Error(Runtime).
void write_palette_png(const std::string& path, std::size_t width, std::size_t height, const Palette& palette,
                       const GreyRows& rows);

}  // namespace femtobragg::formats
