// A picture in the making: one number of the palette for each pixel, and what is drawn over it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "femtobragg/formats/picture/colour_map.h"

namespace femtobragg::formats {

/// In pixels of the picture, from its upper left corner; the centre of the first is 0.5, 0.5.
struct Place {
  double x = 0, y = 0;
};

struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;

  bool touches(const Box& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
};

class Canvas {
 public:
  /// `pen`: pixels of the picture for each pixel of the font, and the thickness of lines.
  Canvas(std::size_t width, std::size_t height, int pen);

  std::size_t width() const { return width_; }
  std::size_t height() const { return height_; }
  int pen() const { return pen_; }
  std::uint8_t& at(std::size_t x, std::size_t y) { return pixels_[y * width_ + x]; }
  std::span<const std::uint8_t> row(std::size_t y) const { return {pixels_.data() + y * width_, width_}; }
  bool contains(const Box& box) const;

  /// As thick as the pen.
  void dot(Place centre, Mark mark);
  void line(Place from, Place to, Mark mark);
  void circle(Place centre, double radius, Mark mark);
  void rectangle(const Box& box, Mark mark);
  /// All levels from left to right.
  void levels(const Box& box);
  /// With a rim of paper, so that it can be read on any ground. Throws Error for characters that the font lacks.
  void text(Place upper_left, std::string_view words, Mark mark);
  /// What a text covers, with its rim.
  Box box_of(Place upper_left, std::string_view words) const;

 private:
  void set(std::ptrdiff_t x, std::ptrdiff_t y, Mark mark);

  std::size_t width_, height_;
  int pen_;
  std::vector<std::uint8_t> pixels_;
};

}  // namespace femtobragg::formats
