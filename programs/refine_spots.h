// The choice of pixels by a reflection table of DIALS.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "femtobragg/refine/target.h"

namespace femtobragg::programs {

/// Whether a choice of pixels names such a file.
bool is_reflection_table(const std::string& pixels);

/// Whose spots are looked for.
struct SpotImage {
  refine::Target* target = nullptr;
  std::optional<std::int64_t> frame{};  ///< of its scan, from 0; nothing: the first that the table has
};

/// The frame with which the scan of an experiment list begins: DIALS counts frames from the first of the whole scan.
/// Nothing: it is no list, or has no scan.
std::optional<std::int64_t> first_frame(const std::string& geometry_file);

/// Gives the targets the spots of the table: imageset n of it is target n. Reports on stderr how many. Throws Error for
/// tables that are about other images or panels.
void take_spots(const std::string& file, std::span<const SpotImage> images, std::size_t panels);

}  // namespace femtobragg::programs
