// Columns of tables in text.
#pragma once

#include <string>
#include <utility>

namespace femtobragg {

/// Blanks up to the width, and at least `gap` of them, after the text.
inline std::string left_aligned(std::string text, std::size_t width, std::size_t gap = 0) {
  text.append(text.size() + gap < width ? width - text.size() : gap, ' ');
  return text;
}

/// A cell of a table of which others follow.
inline std::string padded(std::string text, std::size_t width) { return left_aligned(std::move(text), width, 1); }

/// Blanks before the text, up to the width.
inline std::string right_aligned(const std::string& text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
}

}  // namespace femtobragg
