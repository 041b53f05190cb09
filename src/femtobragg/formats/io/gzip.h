// Files compressed by gzip or bzip2, recognised by content, and gzip's checksum.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace femtobragg::formats {

/// More than any model, list of reflections or image takes.
inline constexpr std::uint64_t most_inflated_bytes = std::uint64_t{2} << 30, most_image_bytes = std::uint64_t{1} << 30;

/// Whether the bytes are compressed by gzip or bzip2, or in another way, which inflated() refuses by name.
bool is_compressed(std::string_view bytes);

/// The content of a compressed file; other bytes unchanged. Throws Error(Runtime) for damaged and truncated files, for
/// those that would grow beyond the limit or this machine's memory, and for other kinds of compression.
std::string inflated(std::string bytes, const std::string& name, std::uint64_t most_bytes = most_inflated_bytes);

/// The first `most` bytes of the content, or all of it. `bytes` may be the beginning of a compressed file. Throws as
/// inflated(), but not for what comes later.
std::string inflated_start(const std::string& bytes, const std::string& name, std::size_t most);

/// The bytes as a zlib stream (RFC 1950), at a level from 1 to 9.
std::string deflated(std::string_view bytes, int level);

/// The checksum of gzip and ZIP, continued from that of the preceding bytes.
std::uint32_t crc32_of(std::string_view bytes, std::uint32_t before = 0);

}  // namespace femtobragg::formats
