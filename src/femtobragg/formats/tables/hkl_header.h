// The header of a text list of reflections: names of columns, a cell; and how rows are divided into fields.
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
  char separator = ' ';  ///< ' ': any number of blanks
  bool decimal_commas = false;
  std::size_t count = 0;  ///< number of fields; 0: they are only aligned, and none is empty

  /// The fields, without quotes and blanks around them; empty ones only between separators.
  std::vector<std::string> fields(std::string_view line) const;
};

struct HklHeader {
  /// Names of the columns in their order; empty for unnamed columns. An empty list: no header.
  std::vector<std::string> names{};
  FieldRule rule{};
  std::size_t last_line = 0;       ///< last line that is neither comment nor row; 0: none
  std::string_view end_line{};     ///< beginning of a line after the rows; empty: none
  std::optional<UnitCell> cell{};  ///< McXtrace's lattice_a 5.4 ...
  std::vector<std::string> warnings{};
};

/// Understands names side by side (h k l F sigF) in the last comment that has them or in a line of their own,
/// McXtrace's column_F2 6, and CrystFEL's lists. Throws Error(Runtime) for a line of names that does not fit the rows.
HklHeader read_hkl_header(std::string_view text, const std::string& name);

/// A column's name as letters and digits in lower case, without the sign of Friedel mates and the unit.
struct ColumnName {
  std::string plain;
  int sign = 0;  ///< 1 and -1 for Friedel mates, as in F(+) F(-)
};
ColumnName column_name(const std::string& word);

/// Whether it is a usual name of an amplitude or intensity.
bool names_amplitude(const std::string& word);

}  // namespace femtobragg::formats
