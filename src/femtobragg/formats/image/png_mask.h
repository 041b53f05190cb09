// Masks that were drawn: PNG pictures in grey.
#pragma once

#include <string>
#include <string_view>

#include "femtobragg/formats/image/pixel_data.h"

namespace femtobragg::formats {

bool is_png(std::string_view bytes);

/// Grey values of 1 to 16 bits, as stored; colours of equal parts count as grey. Throws Error(Runtime) for other
/// colours and damaged files. A note says that transparency is not used.
PixelArray parse_grey_png(std::string_view bytes, const std::string& name);

}  // namespace femtobragg::formats
