// Tables: comma-separated text, and HDF5.
#include "femtobragg/recipe/table.h"

#include <algorithm>

#include "femtobragg/base/error.h"
#include "femtobragg/base/near_words.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/io/hdf5_file.h"
#include "femtobragg/formats/io/input_file.h"

namespace femtobragg::recipe {
namespace {

constexpr std::string_view purpose = "the table";

[[noreturn]] void refuse(const std::string& path, const std::string& what, const std::string& value,
                         const std::string& rule, const std::string& remedy = "correct the table") {
  throw Error::runtime(
      {.what = what, .where = "the table " + in_quotes(path), .value = value, .rule = rule, .remedy = remedy});
}

bool is_hdf5(const std::string& path) {
  const std::string suffix = suffix_of(path);
  return suffix == ".h5" || suffix == ".hdf5" || suffix == ".nxs";
}

struct TextCell {
  std::size_t line = 0;
  std::string text;
};

/// Between commas, semicolons or tabs, whichever the line of names has; without blanks and quotes around it.
std::string cell(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return std::string(text);
}

std::vector<TextCell> text_column(const std::string& path, const std::string& column) {
  std::vector<TextCell> cells;
  std::vector<std::string> names;
  std::size_t at = 0, line_number = 0;
  char separator = ',';
  for (const std::string& line : split(formats::read_text(path, std::string(purpose)), '\n')) {
    ++line_number;
    if (trimmed(line).empty() || line.starts_with('#')) continue;
    if (names.empty()) {
      for (const char other : {';', '\t'})
        if (line.find(separator) == line.npos) separator = other;
      for (const std::string& name : split(line, separator)) names.push_back(cell(name));
      const auto found = std::ranges::find(names, column);
      if (found == names.end()) {
        const std::string near = nearest_word(column, names);
        refuse(path, "no such column", in_quotes(column),
               near.empty() ? "its first line must name it" : "did you mean " + near + "?", "correct the name");
      }
      at = static_cast<std::size_t>(found - names.begin());
      continue;
    }
    const std::vector<std::string> parts = split(line, separator);
    if (parts.size() != names.size())
      refuse(path, "a row is not as wide as the line of names", "line " + std::to_string(line_number),
             std::to_string(names.size()) + " names, " + std::to_string(parts.size()) + " values");
    cells.push_back({line_number, cell(parts[at])});
  }
  if (cells.empty()) refuse(path, "an empty table", {}, "it must have a line of names and one row at least");
  return cells;
}

std::vector<Json> data_set(const std::string& path, const std::string& name) {
  constexpr std::size_t most = 100'000'000;
  const formats::hdf5::Session session;
  const formats::hdf5::Object data = formats::hdf5::open_file(path).open(name);
  const std::vector<std::uint64_t> shape = data.is_dataset() ? data.shape() : std::vector<std::uint64_t>{};
  if (shape.empty() || shape.size() > 2 || shape[0] == 0)
    refuse(path, "not a column", in_quotes(name), "it must be a data set of numbers with one or two axes");
  const std::vector<double> numbers = data.numbers(most);
  std::vector<Json> rows;
  const std::size_t width = numbers.size() / shape[0];
  for (std::size_t row = 0; row < shape[0]; ++row) {
    if (shape.size() == 1)
      rows.emplace_back(numbers[row]);
    else
      rows.emplace_back(std::vector<double>(numbers.begin() + static_cast<std::ptrdiff_t>(row * width),
                                            numbers.begin() + static_cast<std::ptrdiff_t>((row + 1) * width)));
  }
  return rows;
}

}  // namespace

std::vector<Json> column_of(const std::string& path, const std::string& column) {
  if (is_hdf5(path)) refuse(path, "no text", in_quotes(column), "words must come from a .csv file");
  std::vector<Json> rows;
  for (const TextCell& c : text_column(path, column)) rows.emplace_back(c.text);
  return rows;
}

std::vector<Json> numbers_of_column(const std::string& path, const std::string& column) {
  if (is_hdf5(path)) return data_set(path, column);
  std::vector<Json> rows;
  for (const TextCell& c : text_column(path, column)) {
    const auto number = parse_number(c.text);
    if (!number || !std::isfinite(*number))
      refuse(path, "not a number", in_quotes(c.text),
             "line " + std::to_string(c.line) + " of column " + column + " must have a finite number");
    rows.emplace_back(*number);
  }
  return rows;
}

}  // namespace femtobragg::recipe
