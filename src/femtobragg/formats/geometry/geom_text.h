// The text of a CrystFEL geometry file, line by line: which panels, regions and groups there are and what is said of
// each.
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
  std::size_t line = 0;  ///< of its first mention
  GeomFields fields;     ///< a panel's begin with what stood above it without a panel's name
};

struct GeomGroup {
  std::size_t line = 0;
  std::vector<std::string> members;
};

struct GeomText {
  GeomFields top;  ///< without a panel's name; the last of each counts
  std::vector<GeomBlock> panels, bad_regions;
  std::map<std::string, GeomGroup> groups;
  std::vector<std::string> notes;
};

/// Reads the lines. Throws Error(Runtime) that names file and line for lines that say nothing, and for groups that
/// contain themselves or what does not exist.
GeomText parse_geom_text(std::string_view text, const std::string& name);

/// "'name' line 7".
std::string geom_place(const std::string& name, std::size_t line);

}  // namespace femtobragg::formats
