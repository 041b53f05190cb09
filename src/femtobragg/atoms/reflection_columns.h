// Inside reflection_file: which columns hold the amplitudes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "femtobragg/atoms/reflection_table.h"

namespace femtobragg::atoms {

struct ColumnChoice {
  std::size_t column = 0;
  std::optional<std::size_t> mate;          ///< of the Friedel mates
  std::optional<std::size_t> difference{};  ///< of F(+) - F(-), beside the mean of both
  bool squared = false;                     ///< intensities
  std::string description;
  std::vector<std::string> warnings{};  ///< what else would do; names that were passed over
};

/// The label of the Friedel mate's column, or nothing: F(+) to F(-), pdbx_F_plus to pdbx_F_minus.
std::optional<std::string> mate_of(const std::string& label);

/// A name may stand behind its dataset's, as 'peak/F'. Throws Error(Runtime) that lists the columns.
ColumnChoice choose_columns(const ReflectionTable& table, const std::vector<std::string>& labels);

}  // namespace femtobragg::atoms
