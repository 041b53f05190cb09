// CrystFEL geometry files (.geom): panels in pixels about the beam. T. A. White et al., J. Appl. Cryst. 45 (2012) 335,
// and the manual page crystfel_geometry(5).
#pragma once

#include <string>
#include <string_view>

#include "femtobragg/formats/geometry/geometry_gaps.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

/// `gaps` stand in for camera lengths that the file leaves to the images. Data of more than two dimensions, and of
/// several places in the images, become one image: their blocks lie one below the other along slow, in the order of
/// the places' first mention and of their indices. Throws Error(Runtime) that names file and line.
Geometry parse_geom(std::string_view text, const std::string& name, const GeometryGaps& gaps);

/// The beam along z. Says in `notes` what the format cannot carry. Throws Error(Runtime) for a detector behind the
/// sample's back.
std::string geom_text(const Geometry& geometry, std::vector<std::string>& notes);

}  // namespace femtobragg::formats
