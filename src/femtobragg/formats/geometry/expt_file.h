// DIALS experiment lists (.expt, .json): detector, beam, goniometer, scan and crystal of the first experiment.
// G. Winter et al., Acta Cryst. D74 (2018) 85; the models are those of dxtbx, J. M. Parkhurst et al., J. Appl. Cryst.
// 47 (2014) 1459.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/formats/geometry/geometry_gaps.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

/// The trusted limit that is written for detectors that never saturate.
inline constexpr double expt_no_limit_counts = 1e12;

/// Panels keep their windows of raw_image_offset if these do not overlap, and are stacked along slow if they do. Throws
/// Error(Runtime) that names the file and the line, or what is wrong in it; Error(Usage) for an experiment that there
/// is not.
Geometry parse_expt(std::string_view text, const std::string& name, const GeometryGaps& gaps = {});

/// A beam within some degrees of DIALS's own direction is kept; otherwise everything is rotated into it. DIALS can only
/// represent axes at right angles: other panels are written as the nearest such panel, and unchanged under
/// "femtobragg", which DIALS ignores and parse_expt() prefers. `notes` lists what the format cannot express.
std::string expt_text(const Geometry& geometry, std::vector<std::string>& notes);

}  // namespace femtobragg::formats
