// Calculated structure factors, kept for the next run under a name made of everything they depend on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "femtobragg/model/structure_factors.h"

namespace femtobragg::assemble {

/// A name for what was calculated from these bytes with these settings: two files or settings share one as rarely as
/// 128-bit numbers drawn by chance are the same.
std::string cache_key(std::string_view bytes, std::string_view settings);

/// Nothing where there is no such entry, or a damaged one. The time of the file becomes that of its last use.
std::optional<StructureFactors> cached(const std::filesystem::path& folder, const std::string& key);

/// What all entries together may take.
inline constexpr std::uint64_t most_cached_bytes = std::uint64_t{2} << 30;

/// Appears under its name when it is complete; then those that were used least recently go, until the others take no
/// more than `most_bytes`. Throws Error(Runtime).
void keep(const std::filesystem::path& folder, const std::string& key, const StructureFactors& factors,
          std::uint64_t most_bytes = most_cached_bytes);

}  // namespace femtobragg::assemble
