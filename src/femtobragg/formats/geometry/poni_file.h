// pyFAI's point of normal incidence (.poni), versions 1 to 3: one flat detector and its tilts.
// J. Kieffer & D. Karkoulis, J. Phys. Conf. Ser. 425 (2013) 202012.
#pragma once

#include <string>
#include <string_view>

#include "femtobragg/formats/geometry/geometry_gaps.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

/// `gaps` supply the pixel counts if the file does not. Throws Error(Runtime) that names file and line, also for
/// detectors of unknown size, and for those whose pixels are not in one plane.
Geometry parse_poni(std::string_view text, const std::string& name, const GeometryGaps& gaps);

}  // namespace femtobragg::formats
