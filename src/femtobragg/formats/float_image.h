// Float images: a bare array of float32, or NumPy's .npy.
#pragma once

#include <string>

#include "femtobragg/model/image.h"

namespace femtobragg::formats {

/// Native float32 in raster order, no header.
void write_raw_float(const std::string& path, const Image& image);

/// NumPy array of shape (slow, fast). Format: numpy.lib.format, version 1.0.
void write_npy(const std::string& path, const Image& image);

}  // namespace femtobragg::formats
