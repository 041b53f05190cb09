// Unit cells of CrystFEL (.cell).
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace femtobragg::formats {

struct CellFile {
  std::array<double, 6> cell{};  ///< angstrom and degrees
  std::string lattice;           ///< as the file calls it, such as tetragonal; empty: not stated
  std::vector<std::string> notes;
};

bool looks_like_cell_file(std::string_view text);

/// Throws Error(Runtime) that names file and line: for numbers that are missing, twice or wrong, and for a cell that
/// its lattice type does not allow.
CellFile parse_cell_file(std::string_view text, const std::string& name);

}  // namespace femtobragg::formats
#pragma GCC visibility pop
