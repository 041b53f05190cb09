// Text in columns of fixed width, where numbers may touch: SHELX HKLF 3 and 4, and SCALEPACK.
#include <algorithm>
#include <cmath>
#include <memory>

#include "femtobragg/atoms/reflection_readers.h"
#include "femtobragg/base/counts.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"

namespace femtobragg::atoms {
namespace {

std::string_view take_trimmed_line(std::string_view& text) {
  std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  return line;
}

std::string_view field(std::string_view line, std::size_t at, std::size_t width) {
  return at < line.size() ? trimmed(line.substr(at, width)) : std::string_view();
}

std::optional<Hkl> indices_of(std::string_view line) {
  Hkl hkl{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto index = parse_integer(field(line, 4 * axis, 4));
    if (!index) return std::nullopt;
    hkl[axis] = static_cast<int>(*index);
  }
  return hkl;
}

bool has_point(std::string_view text) { return text.find_first_of(".eE") != text.npos; }

/// As Fortran reads F8.2: without a point the last two digits are decimals.
std::optional<double> fortran_number(std::string_view text) {
  const auto value = parse_number(text);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  return has_point(text) ? *value : *value / 100;
}

struct FixedRow {
  Hkl hkl{};
  std::size_t line = 0;
  std::optional<double> plus, minus;
};

struct HklfText {
  std::vector<FixedRow> rows;
  std::size_t without_point = 0;
  bool fits = true;                        ///< all rows before the end line are of the format
  bool touching = false;                   ///< numbers without blanks between
  bool ended = false;                      ///< by 0 0 0
  std::size_t overlapping = 0;             ///< line of the first row with a negative batch; 0: none
  std::optional<double> first_wavelength;  ///< of rows that end with one number behind the batch
  std::size_t other_wavelength = 0;        ///< line of the first row with another one; 0: none
  std::string_view rest;                   ///< behind the end line
};

std::size_t words_in(std::string_view line) {
  std::size_t words = 0;
  for (bool inside = false; const char c : line) {
    const bool blank = c == ' ' || c == '\t';
    words += !blank && !inside;
    inside = !blank;
  }
  return words;
}

HklfText parse_hklf(std::string_view text) {
  HklfText result;
  for (std::size_t number = 1; !text.empty() && !result.ended; ++number) {
    const std::string_view line = take_trimmed_line(text);
    const auto hkl = indices_of(line);
    const std::string_view digits = field(line, 12, 8);
    const auto value = fortran_number(digits), sigma = fortran_number(field(line, 20, 8));
    const bool stop = hkl && *hkl == Hkl{0, 0, 0};
    if (!hkl || ((!value || !sigma) && !stop) || line.find('\t') != line.npos) {
      // A blank line ends the list too: its indices are zero.
      result.ended = line.empty() && !result.rows.empty();
      result.fits = result.ended;
      break;
    }
    if (stop) {
      result.ended = true;
      break;
    }
    // h k l, value, sigma, and from there a batch, and a wavelength or six direction cosines.
    if (const auto batch = parse_integer(field(line, 28, 4)); batch && *batch < 0 && result.overlapping == 0)
      result.overlapping = number;
    if (const auto wavelength = parse_number(field(line, 32, line.size())); wavelength && *wavelength > 0) {
      if (!result.first_wavelength) result.first_wavelength = wavelength;
      if (*wavelength != *result.first_wavelength && result.other_wavelength == 0) result.other_wavelength = number;
    }
    result.without_point += !has_point(digits);
    result.touching |= words_in(line.substr(0, 28)) != 5;
    result.rows.push_back({*hkl, number, value, {}});
  }
  result.fits &= !result.rows.empty();
  result.rest = text;
  return result;
}

ReflectionTable table_of(std::vector<FixedRow> list, const std::string& where, const std::vector<Column>& columns) {
  ReflectionTable table;
  table.where = where;
  table.columns = columns;
  const auto rows = std::make_shared<std::vector<FixedRow>>(std::move(list));
  table.rows = rows->size();
  table.name_of_row = [rows](std::size_t row) { return "line " + std::to_string((*rows)[row].line); };
  table.index = [rows](std::size_t row) { return (*rows)[row].hkl; };
  // Every second column of SCALEPACK is that of the mate.
  table.value = [rows, columns](std::size_t row, std::size_t column) {
    return columns[column].label == "I(-)" ? (*rows)[row].minus : (*rows)[row].plus;
  };
  return table;
}

}  // namespace

bool looks_like_hklf(std::string_view bytes) {
  std::string_view rest = bytes;
  if (take_trimmed_line(rest).size() < 28) return false;
  const HklfText text = parse_hklf(bytes);
  return text.fits && (text.ended || text.touching);
}

ReflectionTable read_hklf(std::string_view bytes, const std::string& name) {
  return hklf_table(bytes, in_quotes(name));
}

ReflectionTable hklf_table(std::string_view bytes, const std::string& where) {
  HklfText text = parse_hklf(bytes);
  const auto refuse_row = [&](std::size_t line, const char* what, const char* rule) {
    if (line > 0)
      refuse_reflections(what, where + " line " + std::to_string(line), "", rule,
                         "use merged reflections of one crystal at one wavelength");
  };
  refuse_row(text.overlapping, "there are overlapping reflections of twins",
             "negative batch numbers mean SHELX's HKLF 5");
  refuse_row(text.other_wavelength, "there are reflections of several wavelengths",
             "wavelengths after the batch number mean SHELX's HKLF 2");
  ReflectionTable table =
      table_of(std::move(text.rows), where, {{"I", Quantity::Intensity}, {"F", Quantity::Calculated}});
  table.unmerged = true;
  table.notes.push_back(
      "read as SHELX HKLF 4 because of its columns of fixed width: set structure_factors.columns to F for HKLF 3");
  if (text.without_point > 0)
    table.notes.push_back(
        counted(text.without_point, "number without a decimal point has", "numbers without a decimal point have") +
        " two decimals, as in SHELX");
  const std::string_view rest = trimmed(text.rest);
  if (!rest.empty())
    table.notes.push_back("lines after the end line are not used: " +
                          in_quotes(rest.substr(0, rest.find_first_of("\r\n"))) + " and so on");
  if (!text.ended) table.warnings.push_back("there is no end line of zeroes: the file may be truncated");
  return table;
}

bool looks_like_scalepack(std::string_view bytes) {
  const std::string_view first = take_trimmed_line(bytes), second = take_trimmed_line(bytes);
  const auto code = parse_integer(trimmed(second));
  return trimmed(first) == "1" && code && *code < -900 && *code > -1000;
}

ReflectionTable read_scalepack(std::string_view bytes, const std::string& name) {
  const std::string where = in_quotes(name);
  take_trimmed_line(bytes);
  take_trimmed_line(bytes);
  const std::string_view third = take_trimmed_line(bytes);
  UnitCell cell;
  double* const numbers[] = {&cell.a_A, &cell.b_A, &cell.c_A, &cell.alpha_rad, &cell.beta_rad, &cell.gamma_rad};
  for (std::size_t i = 0; i < 6; ++i) {
    const auto value = parse_number(field(third, 10 * i, 10));
    if (!value)
      refuse_reflections("there is no unit cell", where + " line 3", in_quotes(third),
                         "it must have six numbers of ten columns");
    *numbers[i] = i < 3 ? *value : radians_from_degrees(*value);
  }
  std::vector<FixedRow> rows;
  bool pairs = false;
  for (std::size_t number = 4; !bytes.empty(); ++number) {
    const std::string_view line = take_trimmed_line(bytes);
    if (line.empty()) continue;
    const auto hkl = indices_of(line);
    const std::string_view texts[] = {field(line, 12, 8), field(line, 20, 8), field(line, 28, 8), field(line, 36, 8)};
    FixedRow row{hkl.value_or(Hkl{}), number, parse_number(texts[0]), parse_number(texts[2])};
    const bool wrong = (!texts[0].empty() && !row.plus) || (!texts[2].empty() && !row.minus) || line.size() > 44;
    if (!hkl || wrong || (!row.plus && !row.minus))
      refuse_reflections("not a reflection of SCALEPACK", where + " line " + std::to_string(number),
                         in_quotes(line.substr(0, 60)),
                         "merged reflections must have 3 indices of 4 columns and numbers of 8");
    // A sigma of -1 stands for no measurement.
    if (parse_number(texts[1]).value_or(0) < 0) row.plus.reset();
    if (parse_number(texts[3]).value_or(0) < 0) row.minus.reset();
    pairs |= row.minus.has_value();
    rows.push_back(row);
  }
  const std::vector<Column> columns =
      pairs ? std::vector<Column>{{"I(+)", Quantity::IntensityOfPair}, {"I(-)", Quantity::IntensityOfPair}}
            : std::vector<Column>{{"I", Quantity::Intensity}};
  ReflectionTable table = table_of(std::move(rows), where, columns);
  table.datasets = {{"", cell, 0}};
  take_symmetry({.symbols = {std::string(field(third, 60, 40))}}, cell, table);
  return table;
}

}  // namespace femtobragg::atoms
