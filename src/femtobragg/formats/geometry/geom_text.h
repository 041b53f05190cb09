// Parses the text of a CrystFEL geometry file, line by line, into panels, regions and groups with their fields.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace femtobragg::formats {

struct GeomValue {
  std::string text;
  std::size_t line = 0;
};
using GeomFields = std::map<std::string, GeomValue, std::less<>>;

struct GeomBlock {
  std::string name;
  std::size_t line = 0;  ///< line of its first mention
  GeomFields fields;     ///< for a panel, these begin with the general fields above its first mention
};

struct GeomGroup {
  std::size_t line = 0;
  std::vector<std::string> members;
};

struct GeomText {
  GeomFields top;  ///< fields without a panel's name; the last of each is used
  std::vector<GeomBlock> panels, bad_regions;
  std::map<std::string, GeomGroup> groups;
  std::vector<std::string> notes;
};

/// Reads the lines. Throws Error(Runtime) that names file and line for lines that cannot be parsed, and for groups that
/// contain themselves or members that do not exist.
GeomText parse_geom_text(std::string_view text, const std::string& name);

/// Whether the camera length of a panel is left to the images. Throws as parse_geom_text().
bool leaves_camera_length(std::string_view text, const std::string& name);

/// "'name' line 7".
std::string geom_place(const std::string& name, std::size_t line);

}  // namespace femtobragg::formats
