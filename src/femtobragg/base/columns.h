// Columns of tables in text.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
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

/// How wide text for terminals is.
inline constexpr std::size_t text_width = 80;

/// The text from the column `indent` on, broken at blanks where it would become too wide; further lines begin with
/// `indent` blanks. A word that is too long for a line stays whole.
inline std::string wrapped(std::string_view text, std::size_t indent = 0, std::size_t width = text_width) {
  std::string lines;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const bool first = column == indent;
    if (!first && column + 1 + end > width) {
      lines += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (!first) {
      lines += ' ';
      ++column;
    }
    lines += text.substr(0, end);
    column += end;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace femtobragg
