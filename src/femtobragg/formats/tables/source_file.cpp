// Source lists, line by line.
#include "femtobragg/formats/tables/source_file.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/plain_text.h"
#include "femtobragg/base/text.h"

namespace femtobragg::formats {
namespace {

constexpr std::string_view source_separators = " \t,;:!";
using SourceColumns = std::array<double, 5>;

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    const auto begin = line.find_first_not_of(source_separators);
    if (begin == std::string_view::npos) return fields;
    line.remove_prefix(begin);
    fields.push_back(line.substr(0, line.find_first_of(source_separators)));
    line.remove_prefix(fields.back().size());
  }
}

/// Numbers are longest prefixes; columns missing before a line end other than a bare newline are zero.
void read_as_older_programs(std::string_view line, bool ends_in_newline, SourceColumns& columns) {
  const bool carriage_return = line.ends_with('\r');
  if (carriage_return) line.remove_suffix(1);
  const auto fields = fields_of(line);
  if (fields.empty() || fields.front().starts_with('#')) {
    columns = {};
    return;
  }
  if (!ends_in_newline || carriage_return)
    for (std::size_t i = fields.size(); i < columns.size(); ++i) columns[i] = 0;
  for (std::size_t i = 0; i < std::min(fields.size(), columns.size()); ++i) columns[i] = number_prefix(fields[i]).value;
}

void read_strictly(std::string_view line, const std::string& name, std::size_t number, SourceColumns& columns) {
  const auto refuse = [&](const char* what, std::string_view value, const char* rule) {
    throw Error::runtime({.what = what,
                          .where = in_quotes(name) + " line " + std::to_string(number),
                          .value = in_quotes(value.substr(0, 40)),
                          .rule = rule,
                          .remedy = "correct the line, or begin it with '#'"});
  };
  const Commas commas = commas_in(line);
  if (commas == Commas::Unclear)
    refuse("commas that could be decimal points", line,
           "commas separate fields, or are decimal points if ';' separates fields");
  const std::string points = commas == Commas::Decimal ? with_points(line) : std::string();
  const auto fields = fields_of(commas == Commas::Decimal ? std::string_view(points) : line);
  if (fields.size() == 1 || fields.size() == 2)
    refuse("an incomplete position in the source list", line, "columns must be X Y Z weight wavelength (metres)");
  for (std::size_t i = 0; i < std::min(fields.size(), columns.size()); ++i) {
    const auto value = parse_number(fields[i]);
    if (!value)
      refuse("a field of the source list is not a number", fields[i],
             "columns must be X Y Z weight wavelength (metres)");
    columns[i] = *value;
  }
}

}  // namespace

std::vector<Source> parse_sources(std::string_view text, const std::string& name, const SourceDefaults& defaults,
                                  bool as_older_programs) {
  std::vector<Source> sources;
  std::size_t number = 0;
  while (!text.empty()) {
    const bool ends_in_newline = text.find('\n') != std::string_view::npos;
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (!as_older_programs) {
      line = line.substr(0, line.find('#'));
      if (line.ends_with('\r')) line.remove_suffix(1);
    }
    // Older programs take even a carriage return for a source.
    if (line.find_first_not_of(source_separators) == std::string_view::npos) continue;
    SourceColumns columns{defaults.position.x, defaults.position.y, defaults.position.z, defaults.weight,
                          defaults.wavelength_m};
    if (as_older_programs)
      read_as_older_programs(line, ends_in_newline, columns);
    else
      read_strictly(line, name, number, columns);
    sources.push_back({unit(Vec3d{columns[0], columns[1], columns[2]}), columns[4], columns[3]});
  }
  if (sources.empty())
    throw Error::runtime({.what = "no sources found",
                          .where = in_quotes(name),
                          .rule = "a line must have X Y Z weight wavelength (metres)",
                          .remedy = "check the file"});
  return sources;
}

}  // namespace femtobragg::formats
