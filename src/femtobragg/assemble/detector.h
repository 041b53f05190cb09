// Panels from a scene: as it lists them, of a geometry file, or of a detector at a distance.
#pragma once

#include <span>

#include "femtobragg/assemble/assembly.h"

namespace femtobragg::assemble {

/// Reads the scene's geometry file, if it names one, and fills in what that says of detector, beam, crystal and
/// rotation where the scene says nothing. Throws Error.
void read_geometry_file(Assembled& result);

/// Masks the pixels that are not live in an image of the whole detector; those that are masked already stay so. `path`
/// is for messages. Throws Error(Usage) for another shape.
void apply_mask(Detector& detector, const std::optional<ImageShape>& given, std::span<const std::uint8_t> live,
                const std::string& path);

/// The detector of the experiment. Throws Error.
void set_detector(Assembled& result);

}  // namespace femtobragg::assemble
