// Lines, circles and letters of whole pixels.
#include "femtobragg/formats/picture/canvas.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/picture/glyphs.h"

namespace femtobragg::formats {
namespace {

std::size_t characters_of(std::string_view words) {
  std::size_t count = 0;
  for (; !words.empty(); ++count) next_character(words);
  return count;
}

}  // namespace

Canvas::Canvas(std::size_t width, std::size_t height, int pen)
    : width_(width), height_(height), pen_(pen), pixels_(width * height, static_cast<std::uint8_t>(Mark::Gap)) {}

bool Canvas::contains(const Box& box) const {
  return box.left >= 0 && box.top >= 0 && box.right <= static_cast<double>(width_) &&
         box.bottom <= static_cast<double>(height_);
}

void Canvas::set(std::ptrdiff_t x, std::ptrdiff_t y, Mark mark) {
  if (x < 0 || y < 0 || x >= static_cast<std::ptrdiff_t>(width_) || y >= static_cast<std::ptrdiff_t>(height_)) return;
  at(static_cast<std::size_t>(x), static_cast<std::size_t>(y)) = static_cast<std::uint8_t>(mark);
}

void Canvas::dot(Place centre, Mark mark) {
  const auto first = [&](double c) { return static_cast<std::ptrdiff_t>(std::floor(c - 0.5 * (pen_ - 1))); };
  for (int dy = 0; dy < pen_; ++dy)
    for (int dx = 0; dx < pen_; ++dx) set(first(centre.x) + dx, first(centre.y) + dy, mark);
}

void Canvas::line(Place from, Place to, Mark mark) {
  const double length = std::max(std::abs(to.x - from.x), std::abs(to.y - from.y));
  const auto steps = static_cast<int>(std::ceil(length)) + 1;
  for (int i = 0; i <= steps; ++i) {
    const double share = static_cast<double>(i) / steps;
    dot({from.x + share * (to.x - from.x), from.y + share * (to.y - from.y)}, mark);
  }
}

void Canvas::circle(Place centre, double radius, Mark mark) {
  const auto steps = static_cast<int>(std::ceil(8 * radius)) + 8;
  for (int i = 0; i < steps; ++i) {
    const double angle = 2 * std::numbers::pi * i / steps;
    dot({centre.x + radius * std::cos(angle), centre.y + radius * std::sin(angle)}, mark);
  }
}

void Canvas::rectangle(const Box& box, Mark mark) {
  for (auto y = static_cast<std::ptrdiff_t>(box.top); y < static_cast<std::ptrdiff_t>(box.bottom); ++y)
    for (auto x = static_cast<std::ptrdiff_t>(box.left); x < static_cast<std::ptrdiff_t>(box.right); ++x)
      set(x, y, mark);
}

void Canvas::levels(const Box& box) {
  const auto left = static_cast<std::ptrdiff_t>(box.left), right = static_cast<std::ptrdiff_t>(box.right);
  for (auto x = left; x < right; ++x) {
    const std::uint8_t level =
        level_of(right > left + 1 ? static_cast<double>(x - left) / static_cast<double>(right - left - 1) : 0);
    for (auto y = static_cast<std::ptrdiff_t>(box.top); y < static_cast<std::ptrdiff_t>(box.bottom); ++y)
      if (x >= 0 && y >= 0 && x < static_cast<std::ptrdiff_t>(width_) && y < static_cast<std::ptrdiff_t>(height_))
        at(static_cast<std::size_t>(x), static_cast<std::size_t>(y)) = level;
  }
}

Box Canvas::box_of(Place upper_left, std::string_view words) const {
  const double letters = static_cast<double>(characters_of(words) * (glyph_width + 1) - 1);
  return {upper_left.x - pen_, upper_left.y - pen_, upper_left.x + pen_ * (letters + 1),
          upper_left.y + pen_ * (static_cast<double>(glyph_height) + 1)};
}

void Canvas::text(Place upper_left, std::string_view words, Mark mark) {
  rectangle(box_of(upper_left, words), Mark::Paper);
  for (double x = upper_left.x; !words.empty(); x += pen_ * static_cast<double>(glyph_width + 1)) {
    const char32_t character = next_character(words);
    const Glyph* const glyph = glyph_of(character);
    if (!glyph)
      throw Error::runtime({.what = "the font of pictures lacks a character",
                            .value = std::to_string(static_cast<std::uint32_t>(character))});
    for (std::size_t row = 0; row < glyph_height; ++row)
      for (std::size_t column = 0; column < glyph_width; ++column) {
        if (glyph->rows[row][column] != '#') continue;
        const double left = x + pen_ * static_cast<double>(column),
                     top = upper_left.y + pen_ * static_cast<double>(row);
        rectangle({left, top, left + pen_, top + pen_}, mark);
      }
  }
}

}  // namespace femtobragg::formats
