// TIFF images of one sample a pixel, through libtiff.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "femtobragg/formats/pixel_data.h"

namespace femtobragg::formats {

/// Not compressed, so that every program reads it; BigTIFF beyond four gigabytes. Throws Error(Runtime).
void write_tiff(const std::string& path, const ImageShape& shape, std::span<const float> photons);
void write_tiff(const std::string& path, const ImageShape& shape, std::span<const std::int32_t> counts);
void write_tiff(const std::string& path, const ImageShape& shape, std::span<const std::uint16_t> counts);

/// The first picture of a file: integers of 8 to 32 bits or floating point numbers of 32 or 64, in strips, compressed
/// in any way that libtiff knows. Counts beyond 31 bits become the largest that there are. `name` is used in messages.
/// Throws Error(Runtime) for other pictures, and for what is damaged.
PixelArray parse_tiff(std::string_view bytes, const std::string& name);

}  // namespace femtobragg::formats
