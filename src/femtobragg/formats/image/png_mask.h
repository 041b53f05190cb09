// Masks that were drawn: PNG pictures in grey.
#pragma once

#include <string>
#include <string_view>

#include "femtobragg/formats/image/pixel_data.h"

namespace femtobragg::formats {

/// What parse_grey_png() says of a picture that is no mask.
inline constexpr const char* picture_in_colour = "the picture is in colour";

bool is_png(std::string_view bytes);

/// As the picture states it. Throws Error(Runtime).
ImageShape shape_of_png(std::string_view bytes, const std::string& name);

/// Grey values of 1 to 16 bits, as stored; colours of equal parts count as grey. Throws Error(Runtime) for other
/// colours and damaged files. A note says that transparency is not used.
PixelArray parse_grey_png(std::string_view bytes, const std::string& name);

}  // namespace femtobragg::formats
