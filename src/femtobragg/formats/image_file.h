// Images read back, whichever of the known formats they are in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/formats/registry.h"
#include "femtobragg/model/image.h"

namespace femtobragg::formats {

struct PixelFile {
  std::vector<float> pixels;        ///< as stored: no offset is taken off, no scale undone
  std::optional<ImageShape> shape;  ///< nothing: the format does not state it
  /// The same where the file holds counts of up to 32 bits, of which floats tell apart 2^24; empty: it holds photons.
  std::vector<std::int32_t> counts{};
  ImageFormat format = ImageFormat::RawFloat;  ///< by how the file begins
};

/// From the bytes of a file: SMV, CBF, NXmx (HDF5), TIFF, NumPy and PGM by how they begin, everything else as float32
/// without a header. `frame` is counted from 0, in series. `name` is used in messages. Throws Error(Runtime) for a
/// damaged file, and for previews, which do not hold photons; Error(Usage) for a frame that there is not.
PixelFile parse_pixels(std::string_view bytes, const std::string& name, std::size_t frame = 0);

/// Reads no more than the frame of a series. Throws as parse_pixels().
PixelFile read_pixels(const std::string& path, std::size_t frame = 0);

}  // namespace femtobragg::formats
