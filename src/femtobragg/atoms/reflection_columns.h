// Part of reflection_file: which columns hold the amplitudes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "femtobragg/atoms/reflection_table.h"

namespace femtobragg::atoms {

struct ColumnChoice {
  std::size_t column = 0;
  std::optional<std::size_t> mate;          ///< column of the Friedel mates
  std::optional<std::size_t> difference{};  ///< column of F(+) - F(-), if this one is their mean
  bool squared = false;                     ///< intensities
  std::string description;
  std::vector<std::string> warnings{};  ///< other columns that could be used; names that were ignored
};

/// The label of the Friedel mate's column, or nothing: F(+) to F(-), pdbx_F_plus to pdbx_F_minus.
std::optional<std::string> mate_of(const std::string& label);

/// A name may follow the name of its dataset, as in 'peak/F'. Throws Error(Runtime) that lists the columns.
ColumnChoice choose_columns(const ReflectionTable& table, const std::vector<std::string>& labels);

}  // namespace femtobragg::atoms
