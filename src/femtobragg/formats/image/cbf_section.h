// What marks the binary section of a CBF file, for its reader and its writer.
#pragma once

#include <string>
#include <string_view>

namespace femtobragg::formats {

inline constexpr std::string_view binary_section = "--CIF-BINARY-FORMAT-SECTION--", binary_begins = "\x0c\x1a\x04\xd5";

/// The value of Content-MD5.
std::string md5_base64(std::string_view bytes);

}  // namespace femtobragg::formats
