// pyFAI's point of normal incidence (.poni), versions 1 and 2: one flat detector and its tilts.
// J. Kieffer & D. Karkoulis, J. Phys. Conf. Ser. 425 (2013) 202012.
#pragma once

#include <string>
#include <string_view>

#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

/// Throws Error(Runtime) that names file and line, also for detectors whose size nothing tells.
Geometry parse_poni(std::string_view text, const std::string& name);

}  // namespace femtobragg::formats
