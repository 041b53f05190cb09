// TIFF images of one sample a pixel, through libtiff.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "femtobragg/formats/image/pixel_data.h"

namespace femtobragg::formats {

/// Not compressed, so that every program reads it; BigTIFF beyond four gigabytes. `description` is text for its
/// readers. Throws Error(Runtime).
void write_tiff(const std::string& path, const ImageShape& shape, std::span<const float> photons,
                const std::string& description = {});
void write_tiff(const std::string& path, const ImageShape& shape, std::span<const std::int32_t> counts,
                const std::string& description = {});
void write_tiff(const std::string& path, const ImageShape& shape, std::span<const std::uint16_t> counts);

/// The first page of a file: integers of 8 to 64 bits or floating point numbers of 32 or 64, in strips or tiles,
/// compressed in any way that libtiff knows. `name` is used in messages. Throws Error(Runtime) for pictures in colour,
/// for what is damaged, and before it allocates memory if the file is too short for what it states.
PixelArray parse_tiff(std::string_view bytes, const std::string& name);

}  // namespace femtobragg::formats
