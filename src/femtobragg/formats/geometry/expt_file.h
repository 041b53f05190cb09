// DIALS experiment lists (.expt, .json): detector, beam, goniometer, scan and crystal of the first experiment.
// G. Winter et al., Acta Cryst. D74 (2018) 85; the models are those of dxtbx, J. M. Parkhurst et al., J. Appl. Cryst.
// 47 (2014) 1459.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

/// Panels keep the windows of raw_image_offset where these do not overlap, and lie one below the other along slow where
/// they do. Throws Error(Runtime) that names the file and the line, or what in it is wrong.
Geometry parse_expt(std::string_view text, const std::string& name);

/// A frame whose beam is within some degrees of DIALS's own is kept, another is turned into it. DIALS knows only axes
/// at right angles: others are written as the nearest such panel, and as they are under "femtobragg", which DIALS
/// passes over and parse_expt() prefers. Says in `notes` what the format cannot carry.
std::string expt_text(const Geometry& geometry, std::vector<std::string>& notes);

}  // namespace femtobragg::formats
