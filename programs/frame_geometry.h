// The position of an image's detector, by its header.
#pragma once

#include <optional>
#include <string>

#include "femtobragg/formats/image/registry.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::programs {

/// The detector position that a file states, if its format can; otherwise `why` its header does not.
std::optional<Geometry> geometry_in(const std::string& path, const formats::ImageFormatInfo* format, std::string& why);

/// What the geometry of a file says that is not used, on stderr.
void tell_geometry_notes(const Geometry& geometry, const std::string& name);

}  // namespace femtobragg::programs
