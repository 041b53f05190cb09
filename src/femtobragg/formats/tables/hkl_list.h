// Reflection lists: text with h k l F.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/model/crystal.h"
#include "femtobragg/model/structure_factors.h"

#pragma GCC visibility push(default)
namespace femtobragg::formats {

struct HklList {
  StructureFactors factors;
  std::uint64_t reflections = 0;
  std::vector<std::string> warnings, notes{};
  std::optional<UnitCell> cell{};  ///< as stated in its header
};

/// Reads line by line: h k l F, or the columns that a header names (formats/tables/hkl_header.h); '#' begins a comment,
/// whole indices may be written as 1.0. Rows without an amplitude ('?' or nothing) are ignored. If an index is
/// repeated, the last row is used, as in older programs; warnings name these rows, negative amplitudes, and columns
/// without a name. Throws Error(Runtime) with the line number if a line is not a reflection.
HklList parse_hkl_lines(std::string_view text, const std::string& name, double default_amplitude,
                        const std::vector<std::string>& labels = {});

/// Reads like older programs: a stream of numbers in groups of four, regardless of lines, up to the first group that
/// does not parse. Throws Error(Runtime) if there is no group at all.
HklList parse_hkl_stream(std::string_view text, const std::string& name, double default_amplitude);

}  // namespace femtobragg::formats
#pragma GCC visibility pop
