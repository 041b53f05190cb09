// CrystFEL geometry files (.geom): panels in pixels around the beam. T. A. White et al., J. Appl. Cryst. 45 (2012) 335,
// and the manual page crystfel_geometry(5).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/formats/geometry/geometry_gaps.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

/// `gaps` supply camera lengths that the file leaves to the images. Data of more than two dimensions, and data in
/// several places of the images, become one image: their blocks are stacked along slow, in the order in which the
/// places are first mentioned and then by index. Throws Error(Runtime) that names file and line.
Geometry parse_geom(std::string_view text, const std::string& name, const GeometryGaps& gaps);

/// The text of a geometry file, with the beam along z. `notes` lists what the format cannot express. Throws
/// Error(Runtime) for a detector upstream of the sample.
std::string geom_text(const Geometry& geometry, std::vector<std::string>& notes);

/// The names that its panels have there: each once, and such that the format can tell them from its other words.
std::vector<std::string> geom_panel_names(const Detector& detector);

}  // namespace femtobragg::formats
