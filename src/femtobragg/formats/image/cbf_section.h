// What marks the binary section of a CBF file, for its reader and its writer.
#pragma once

#include <string_view>

namespace femtobragg::formats {

inline constexpr std::string_view binary_section = "--CIF-BINARY-FORMAT-SECTION--", binary_begins = "\x0c\x1a\x04\xd5";

}  // namespace femtobragg::formats
