// Meaning of the columns in a text list of reflections: from its header, or in nanoBragg's order.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/formats/tables/hkl_header.h"

namespace femtobragg::formats {

struct HklColumns {
  std::array<std::size_t, 3> indices{0, 1, 2};
  std::size_t amplitude = 3;
  std::optional<std::size_t> mate{};  ///< column of -h -k -l
  bool squared = false;               ///< intensities
  bool stated = false;                ///< named by a header or a label
  HklHeader header{};
  std::vector<std::string> notes{}, warnings{};
};

/// `labels`: the name of the amplitudes' column; F or I for the fourth column of a list without a header. Throws
/// Error(Runtime) for headers without a column that may be amplitudes.
HklColumns hkl_columns(std::string_view text, const std::string& name, const std::vector<std::string>& labels);

}  // namespace femtobragg::formats
