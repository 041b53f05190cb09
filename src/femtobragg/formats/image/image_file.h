// Images read back, whichever of the known formats they are in.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "femtobragg/formats/image/frame.h"

#pragma GCC visibility push(default)
namespace femtobragg::formats {

/// From the bytes of a file: SMV, CBF, NXmx (HDF5), TIFF, NumPy and PGM by how they begin, everything else as float32
/// without a header. Files compressed by gzip or bzip2 are uncompressed first. `frame` is counted from 0, in series;
/// nothing: the first, with a note where there are more. `name` is used in messages. Throws Error(Runtime) for a
/// damaged file, for formats that are known by name only, and for previews, which do not hold photons; Error(Usage) for
/// a frame that there is not.
Frame parse_pixels(std::string_view bytes, const std::string& name, std::optional<std::size_t> frame = {});

/// Reads no more than the frame of a series. Throws as parse_pixels().
Frame read_pixels(const std::string& path, std::optional<std::size_t> frame = {});

/// A mask from the bytes of a file: an image of any of these formats, or a PNG picture in grey. Throws as
/// parse_pixels().
Frame parse_mask(std::string_view bytes, const std::string& name);
Frame read_mask(const std::string& path);

}  // namespace femtobragg::formats
#pragma GCC visibility pop
