// What stands before the first row of a text list of reflections: names of columns, a cell; and how rows are divided.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/model/crystal.h"

namespace femtobragg::formats {

/// How a line is divided into fields.
struct FieldRule {
  char separator = ' ';  ///< blanks of any number for ' '
  bool decimal_commas = false;
  std::size_t count = 0;  ///< of fields; 0: they are only aligned, and none is empty

  /// The fields, without quotes and blanks around them; empty ones only between separators.
  std::vector<std::string> fields(std::string_view line) const;
};

struct HklHeader {
  /// Of the columns in their order; unnamed ones are empty. Empty: none.
  std::vector<std::string> names{};
  FieldRule rule{};
  std::size_t last_line = 0;       ///< that is neither comment nor row; 0: none
  std::string_view end_line{};     ///< begin of a line behind the rows; empty: none
  std::optional<UnitCell> cell{};  ///< McXtrace's lattice_a 5.4 ...
  std::vector<std::string> warnings{};
};

/// Understood are names side by side (h k l F sigF) in the last comment that has them or in a line of their own,
/// McXtrace's column_F2 6, and CrystFEL's lists. Throws Error(Runtime) for a line of names that does not fit the rows.
HklHeader read_hkl_header(std::string_view text, const std::string& name);

/// A column's name as letters and digits in lower case, without a sign of Friedel mates and without a unit.
struct ColumnName {
  std::string plain;
  int sign = 0;  ///< 1 and -1: of Friedel mates, as F(+) F(-)
};
ColumnName column_name(const std::string& word);

/// Whether it is the name of an amplitude or an intensity.
bool names_amplitude(const std::string& word);

}  // namespace femtobragg::formats
