// Images read back, whichever of the known formats they are in.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/model/image.h"

namespace femtobragg::formats {

struct PixelFile {
  std::vector<float> pixels;        ///< as stored: no offset is taken off, no scale undone
  std::optional<ImageShape> shape;  ///< nothing: the format does not state it
};

/// From the bytes of a file: SMV, NumPy and PGM by how they begin, everything else as float32 without a header. `name`
/// is used in messages. Throws Error(Runtime) for a damaged file, and for previews, which do not hold photons.
PixelFile parse_pixels(std::string_view bytes, const std::string& name);

/// Throws Error(Runtime).
PixelFile read_pixels(const std::string& path);

}  // namespace femtobragg::formats
