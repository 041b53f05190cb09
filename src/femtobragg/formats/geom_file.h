// CrystFEL geometry files (.geom): panels in pixels about the beam. T. A. White et al., J. Appl. Cryst. 45 (2012) 335,
// and the manual page crystfel_geometry(5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

/// `clen_m` stands in for camera lengths that the file leaves to the images. Data of more than two dimensions, and of
/// several places in the images, become one image: their blocks lie one below the other along slow, in the order of
/// the places' first mention and of their indices. Throws Error(Runtime) that names file and line.
Geometry parse_geom(std::string_view text, const std::string& name, std::optional<double> clen_m);

/// The beam along z. Says in `notes` what the format cannot carry. Throws Error(Runtime) for a detector behind the
/// sample's back.
std::string geom_text(const Geometry& geometry, std::vector<std::string>& notes);

}  // namespace femtobragg::formats
