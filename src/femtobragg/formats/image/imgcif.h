// Geometry from the axes of imgCIF, as full CBF headers have them (A. P. Hammersley, H. J. Bernstein & J. D. Westbrook,
// International Tables G (2006), chapters 3.7 and 4.6).
#pragma once

#include <string>
#include <string_view>

#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

/// Whether a header has axes that state where the pixels are.
bool has_imgcif_axes(std::string_view header);

/// One array of pixels; the first frame. Throws Error(Runtime) that names the file and the item.
Geometry parse_imgcif(std::string_view header, const std::string& name);

}  // namespace femtobragg::formats
