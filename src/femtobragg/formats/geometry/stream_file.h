// Streams of CrystFEL: the geometry that is embedded, and one of the crystals.
// T. A. White et al., J. Appl. Cryst. 45 (2012) 335.
#pragma once

#include <string>
#include <string_view>

#include "femtobragg/formats/geometry/geometry_gaps.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

bool looks_like_stream(std::string_view text);

/// Crystals count through all chunks; each has the last geometry before it, since streams may be joined. The chunk
/// supplies wavelength and camera length where the geometry leaves them to the images. Throws Error(Runtime) that names
/// file and line, also for a crystal whose axes do not have its cell; Error(Usage) for a crystal that there is not.
Geometry parse_stream(std::string_view text, const std::string& name, const GeometryGaps& gaps);

}  // namespace femtobragg::formats
