// The glyphs: digits, signs, and the units of labels.
#include "femtobragg/formats/picture/glyphs.h"

#include <algorithm>

namespace femtobragg::formats {
namespace {

// clang-format off
constexpr Glyph glyphs[] = {
    {U'0', {" ### ", "#   #", "#   #", "#   #", "#   #", "#   #", " ### "}},
    {U'1', {"  #  ", " ##  ", "# #  ", "  #  ", "  #  ", "  #  ", "#####"}},
    {U'2', {" ### ", "#   #", "    #", "   # ", "  #  ", " #   ", "#####"}},
    {U'3', {" ### ", "#   #", "    #", "  ## ", "    #", "#   #", " ### "}},
    {U'4', {"   # ", "  ## ", " # # ", "#  # ", "#####", "   # ", "   # "}},
    {U'5', {"#####", "#    ", "#### ", "    #", "    #", "#   #", " ### "}},
    {U'6', {"  ## ", " #   ", "#    ", "#### ", "#   #", "#   #", " ### "}},
    {U'7', {"#####", "    #", "   # ", "   # ", "  #  ", "  #  ", "  #  "}},
    {U'8', {" ### ", "#   #", "#   #", " ### ", "#   #", "#   #", " ### "}},
    {U'9', {" ### ", "#   #", "#   #", " ####", "    #", "   # ", " ##  "}},
    {U'-', {"     ", "     ", "     ", " ### ", "     ", "     ", "     "}},
    {U'+', {"     ", "  #  ", "  #  ", "#####", "  #  ", "  #  ", "     "}},
    {U'.', {"     ", "     ", "     ", "     ", "     ", " ##  ", " ##  "}},
    {U'e', {"     ", "     ", " ### ", "#   #", "#####", "#    ", " ### "}},
    {U'm', {"     ", "     ", "## # ", "# # #", "# # #", "# # #", "# # #"}},
    {U'µ', {"     ", "     ", "#  # ", "#  # ", "#  # ", "### #", "#    "}},
    {U'Å', {"  #  ", " # # ", "  #  ", " # # ", "#   #", "#####", "#   #"}},
    {U'h', {"#    ", "#    ", "# ## ", "##  #", "#   #", "#   #", "#   #"}},
    {U'n', {"     ", "     ", "# ## ", "##  #", "#   #", "#   #", "#   #"}},
    {U'o', {"     ", "     ", " ### ", "#   #", "#   #", "#   #", " ### "}},
    {U'p', {"     ", "     ", "#### ", "#   #", "#### ", "#    ", "#    "}},
    {U's', {"     ", "     ", " ####", "#    ", " ### ", "    #", "#### "}},
    {U't', {" #   ", " #   ", "#### ", " #   ", " #   ", " #  #", "  ## "}},
    {U'σ', {"     ", "     ", " ####", "#  # ", "#   #", "#   #", " ### "}},
    {U' ', {"     ", "     ", "     ", "     ", "     ", "     ", "     "}},
};
// clang-format on

}  // namespace

const Glyph* glyph_of(char32_t character) {
  const auto found = std::ranges::find(glyphs, character, &Glyph::character);
  return found == std::end(glyphs) ? nullptr : found;
}

char32_t next_character(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[i])); };
  const char32_t first = byte(0);
  if (first >= 0xc0 && first < 0xe0 && text.size() > 1) {
    const char32_t character = ((first & 0x1f) << 6) | (byte(1) & 0x3f);
    text.remove_prefix(2);
    return character;
  }
  text.remove_prefix(1);
  return first;
}

}  // namespace femtobragg::formats
