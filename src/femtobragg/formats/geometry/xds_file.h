// Files of XDS: the results XPARM.XDS and GXPARM.XDS, and the input XDS.INP. W. Kabsch, Acta Cryst. D66 (2010) 125.
#pragma once

#include <string>
#include <string_view>

#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

bool looks_like_xparm(std::string_view text);
bool looks_like_xds_input(std::string_view text);

/// Both throw Error(Runtime) that names file and line: for missing or wrong numbers, detector axes that are not at
/// right angles, a normal that is not X x Y, axes of a crystal that do not have its cell, a space group that there is
/// not.
///
/// ORGX and ORGY are read as DIALS does: pixel numbers that are whole in the middle of a pixel, the first of which
/// is 1. XDS chooses its own lab frame: a beam along its z keeps it, all others are turned with what they light.
Geometry parse_xparm(std::string_view text, const std::string& name);
/// Keywords of the experiment; those of data processing are passed over.
Geometry parse_xds_input(std::string_view text, const std::string& name);

}  // namespace femtobragg::formats
