// What the columns of a text list of reflections are: by its header, or in nanoBragg's order.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace femtobragg::formats {

struct HklColumns {
  std::array<std::size_t, 3> indices{0, 1, 2};
  std::size_t amplitude = 3;
  bool squared = false;    ///< intensities
  bool stated = false;     ///< by a header or a label
  bool separated = false;  ///< by commas or semicolons
  bool decimal_commas = false;
  std::size_t header_line = 0;  ///< of one that is no comment; 0: none
  std::vector<std::string> notes, warnings;
};

/// Looks at the comments before the first row, and at a first line of words that begin with h k l. Understood are names
/// side by side (h k l F sigF) and McXtrace's column_F2 6. `labels`: the name of the amplitudes' column; F or I for
/// the fourth one of a list without header. Throws Error(Runtime) for headers without a column that may be amplitudes.
HklColumns hkl_columns(std::string_view text, const std::string& name, const std::vector<std::string>& labels);

}  // namespace femtobragg::formats
