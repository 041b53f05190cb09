// The table of colour maps. All but the difference grow lighter or darker all the way, so they survive a grey printer.
#include "femtobragg/formats/picture/colour_map.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::formats {
namespace {

// Marks that are seen on light and on dark ground.
constexpr Colour light_gap{205, 218, 236}, dark_gap{62, 66, 84};
constexpr Colour blue_line{38, 96, 190}, red_line{200, 40, 30}, green_line{0, 125, 70};
constexpr Colour pale_blue{130, 190, 255}, pale_red{255, 130, 100}, pale_green{120, 235, 150};

const std::vector<ColourMap>& colour_table() {
  static const std::vector<ColourMap> maps = {
      {"grey", "dark spots on white", {{255, 255, 255}, {0, 0, 0}}, light_gap, blue_line, red_line, green_line},
      {"ink",
       "dark blue spots on white",
       {{255, 255, 255}, {196, 217, 236}, {122, 165, 209}, {52, 103, 172}, {18, 46, 112}, {4, 8, 32}},
       {232, 222, 200},
       {120, 90, 20},
       red_line,
       green_line},
      {"inverse", "white spots on black", {{0, 0, 0}, {255, 255, 255}}, dark_gap, pale_blue, pale_red, pale_green},
      {"sea",
       "from dark blue over green to pale yellow",
       {{24, 18, 66}, {34, 62, 122}, {28, 108, 134}, {44, 152, 122}, {134, 194, 98}, {252, 244, 170}},
       {96, 90, 96},
       pale_blue,
       {255, 150, 190},
       {255, 255, 255}},
      {"heat",
       "from black over red to pale yellow",
       {{0, 0, 0}, {84, 8, 44}, {172, 32, 32}, {232, 100, 18}, {250, 180, 60}, {255, 252, 220}},
       {70, 78, 100},
       pale_blue,
       pale_green,
       {255, 255, 255}}};
  return maps;
}

std::uint8_t between(std::uint8_t a, std::uint8_t b, double share) {
  return static_cast<std::uint8_t>(std::lround(a + share * (b - a)));
}

Colour colour_at(const std::vector<Colour>& stops, double tone) {
  const double place = tone * static_cast<double>(stops.size() - 1);
  const std::size_t i = std::min(static_cast<std::size_t>(place), stops.size() - 2);
  const double share = place - static_cast<double>(i);
  const Colour &a = stops[i], &b = stops[i + 1];
  return {between(a.red, b.red, share), between(a.green, b.green, share), between(a.blue, b.blue, share)};
}

}  // namespace

std::span<const ColourMap> colour_maps() { return colour_table(); }

std::string colour_map_names() {
  std::string names;
  for (const ColourMap& map : colour_maps()) names += (names.empty() ? "" : ", ") + std::string(map.name);
  return names;
}

const ColourMap* find_colour_map(std::string_view name) {
  const auto found = std::ranges::find(colour_maps(), name, &ColourMap::name);
  return found == colour_maps().end() ? nullptr : &*found;
}

const ColourMap& colour_map_named(std::string_view name) {
  if (const ColourMap* map = find_colour_map(name)) return *map;
  throw Error::usage({.what = "unknown colours of a picture",
                      .value = in_quotes(std::string(name)),
                      .rule = "they must be one of " + colour_map_names()});
}

const ColourMap& difference_colours() {
  static const ColourMap map{"difference",
                             "blue below zero, white, red above",
                             // RdBu of ColorBrewer: the ends are still seen as colours.
                             {{33, 102, 172},
                              {103, 169, 207},
                              {209, 229, 240},
                              {255, 255, 255},
                              {253, 219, 199},
                              {239, 138, 98},
                              {178, 24, 43}},
                             {205, 205, 205},
                             blue_line,
                             red_line,
                             green_line,
                             Colour{255, 255, 255}};
  return map;
}

Palette palette_of(const ColourMap& map) {
  Palette palette{};
  for (std::size_t i = 0; i < colour_levels; ++i)
    palette[i] = colour_at(map.stops, static_cast<double>(i) / (colour_levels - 1));
  const auto set = [&](Mark mark, Colour colour) { palette[static_cast<std::size_t>(mark)] = colour; };
  set(Mark::Gap, map.gap);
  set(Mark::Paper, map.paper.value_or(map.stops.front()));
  set(Mark::Ring, map.ring);
  set(Mark::Spot, map.spot);
  set(Mark::Beam, map.beam);
  return palette;
}

std::uint8_t level_of(double tone) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(tone, 0.0, 1.0) * (colour_levels - 1)));
}

}  // namespace femtobragg::formats
