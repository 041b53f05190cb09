// A small font of bitmaps for the numbers and units in pictures.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace femtobragg::formats {

inline constexpr std::size_t glyph_width = 5, glyph_height = 7;

/// Rows from the top, '#' where there is ink.
struct Glyph {
  char32_t character;
  std::array<std::string_view, glyph_height> rows;
};

/// Null: the font does not have it.
const Glyph* glyph_of(char32_t character);

/// The next character of UTF-8 text, which gets shorter.
char32_t next_character(std::string_view& text);

}  // namespace femtobragg::formats
