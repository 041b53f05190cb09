// Colour maps of pictures: one list, from which flags, help and palettes follow.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace femtobragg::formats {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;

  friend bool operator==(const Colour&, const Colour&) = default;
};

struct ColourMap {
  std::string_view name, description;
  std::vector<Colour> stops;      ///< evenly spaced, from no photons to the brightest spots
  Colour gap;                     ///< where there is no pixel that counts
  Colour ring, spot, beam;        ///< of what is drawn over the image
  std::optional<Colour> paper{};  ///< under labels; nothing: the first stop
};

/// The numbers of colours in a picture: first the levels of the image, then the marks.
inline constexpr std::uint8_t colour_levels = 241;  // odd: differences have a middle
enum class Mark : std::uint8_t { Gap = colour_levels, Paper, Ring, Spot, Beam };
inline constexpr std::size_t palette_size = colour_levels + 5;
using Palette = std::array<Colour, palette_size>;

/// In the order of help.
std::span<const ColourMap> colour_maps();
/// "grey, inverse, ...".
std::string colour_map_names();
/// Null: there is none of that name.
const ColourMap* find_colour_map(std::string_view name);
/// Throws Error(Usage).
const ColourMap& colour_map_named(std::string_view name);
/// Of differences: blue below zero, white, red above.
const ColourMap& difference_colours();

Palette palette_of(const ColourMap& map);
/// From 0 to 1, rounded to the nearest level.
std::uint8_t level_of(double tone);

}  // namespace femtobragg::formats
