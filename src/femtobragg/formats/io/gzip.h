// Files compressed by gzip or bzip2, recognised by content, and gzip's checksum.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace femtobragg::formats {

/// More than any model or list of reflections takes, and any image.
inline constexpr std::uint64_t most_inflated_bytes = std::uint64_t{2} << 30, most_image_bytes = std::uint64_t{1} << 30;

/// By gzip, bzip2, or in a way that inflated() refuses by name.
bool is_compressed(std::string_view bytes);

/// The content of a compressed file; other bytes as they are. Throws Error(Runtime) for damaged and truncated files,
/// for those that would grow beyond the limit or this machine's memory, and for other kinds of compression.
std::string inflated(std::string bytes, const std::string& name, std::uint64_t most_bytes = most_inflated_bytes);

/// The checksum of gzip and ZIP, going on from that of what stands before.
std::uint32_t crc32_of(std::string_view bytes, std::uint32_t before = 0);

}  // namespace femtobragg::formats
