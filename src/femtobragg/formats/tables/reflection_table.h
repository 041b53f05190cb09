// Reflection tables of DIALS (.refl) in their MessagePack form: where spots were found. They are written by
// truth_file.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/base/vec3.h"

namespace femtobragg::formats {

/// A spot on one panel.
struct FoundSpot {
  std::size_t panel = 0;
  std::int64_t imageset = 0;              ///< which of those that the table is about
  Vec3d place_px;                         ///< fast, slow from the corner of the first pixel, and frame
  std::optional<std::array<int, 6>> box;  ///< of its pixels: fast, slow and frames, each a half-open range
};

bool looks_like_reflection_table(std::string_view bytes);

struct TableContents {
  std::uint64_t rows = 0;
  std::vector<std::string> columns;  ///< in alphabetical order
  std::vector<std::string> used;     ///< those that say where spots are
};
/// Throws as parse_reflection_table().
TableContents contents_of_reflection_table(std::string_view bytes, const std::string& name);

/// Throws Error(Runtime) that names the file for what is no such table, is damaged, or does not say where spots are.
std::vector<FoundSpot> parse_reflection_table(std::string_view bytes, const std::string& name);

}  // namespace femtobragg::formats
