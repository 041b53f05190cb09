// The choice of pixels by a reflection table of DIALS.
#pragma once

#include <span>
#include <string>

#include "femtobragg/refine/target.h"

namespace femtobragg::programs {

/// Whether a choice of pixels names such a file.
bool is_reflection_table(const std::string& pixels);

/// Gives the targets the spots of the table: imageset n of it is target n. Reports on stderr how many. Throws Error for
/// tables that are about other images or panels.
void take_spots(const std::string& file, std::span<refine::Target* const> targets, std::size_t panels);

}  // namespace femtobragg::programs
