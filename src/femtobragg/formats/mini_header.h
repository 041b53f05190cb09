// The text lines by which makers of detectors describe a frame, in CBF files and in comments of TIFF files.
#pragma once

#include <string>
#include <string_view>

#include "femtobragg/formats/pixel_data.h"

namespace femtobragg::formats {

/// What such a header says of the frame's pixels. Throws Error(Runtime) where a value is no number; `name` is the
/// file's.
PixelRules rules_of_mini_header(std::string_view text, const std::string& name);

}  // namespace femtobragg::formats
