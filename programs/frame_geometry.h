// Where the detector of an image stands, by its header.
#pragma once

#include <optional>
#include <string>

#include "femtobragg/formats/image/registry.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::programs {

/// What a file says of where the detector stands, if its format can; otherwise `why` its header does not say it.
std::optional<Geometry> geometry_in(const std::string& path, const formats::ImageFormatInfo* format, std::string& why);

}  // namespace femtobragg::programs
