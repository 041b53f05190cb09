// XDS_ASCII.HKL and INTEGRATE.HKL: lines of '!' say what the items of a record are.
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "femtobragg/atoms/reflection_readers.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"

namespace femtobragg::atoms {
namespace {

struct XdsFile {
  std::vector<std::string> items;  ///< names, in the order of the record
  std::vector<double> values;      ///< item by item
  std::map<std::string, std::string> header;
  std::vector<std::size_t> lines;     ///< of the rows
  std::vector<double> wavelengths_A;  ///< of the sets that XSCALE put together
};

[[noreturn]] void refuse_line(const std::string& name, std::size_t number, std::string_view line,
                              const std::string& rule) {
  refuse_reflections("the XDS file is damaged", in_quotes(name) + " line " + std::to_string(number),
                     in_quotes(line.substr(0, 60)), rule);
}

/// !KEY=value KEY=value: the value goes on to the next word with '='. Lines of a set (ISET=1 KEY=value) are apart.
void take_header(std::string_view line, XdsFile& file) {
  line = trimmed(line);
  std::map<std::string, std::string> of_set;
  std::map<std::string, std::string>& header = line.starts_with("ISET=") ? of_set : file.header;
  std::string key;
  while (!line.empty()) {
    const std::string_view word = line.substr(0, line.find_first_of(" \t"));
    line.remove_prefix(std::min(word.size() + 1, line.size()));
    if (const auto equals = word.find('='); equals != word.npos && equals > 0) {
      key = word.substr(0, equals);
      header[key] = word.substr(equals + 1);
    } else if (!key.empty() && !word.empty()) {
      header[key] += " " + std::string(word);
    }
  }
  // The unit may stand behind it.
  if (const auto wavelength = number_prefix(of_set["X-RAY_WAVELENGTH"]); wavelength.length > 0 && wavelength.value > 0)
    file.wavelengths_A.push_back(wavelength.value);
}

/// ITEM_H=1, or in one list as !H,K,L,IOBS,SIGMA,...
void take_items(XdsFile& file, const std::string& name) {
  const auto count = parse_integer(trimmed(file.header["NUMBER_OF_ITEMS_IN_EACH_DATA_RECORD"]));
  if (!count || *count < 4 || *count > 1000)
    refuse_reflections("the XDS file is damaged", in_quotes(name),
                       in_quotes(file.header["NUMBER_OF_ITEMS_IN_EACH_DATA_RECORD"]),
                       "NUMBER_OF_ITEMS_IN_EACH_DATA_RECORD must be at least 4");
  const auto width = static_cast<std::size_t>(*count);
  bool stated = false;
  std::vector<std::string> items(width);
  for (const auto& [key, text] : file.header) {
    if (!key.starts_with("ITEM_")) continue;
    stated = true;
    const auto at = parse_integer(trimmed(text));
    if (!at || *at < 1 || *at > *count || !items[static_cast<std::size_t>(*at - 1)].empty())
      refuse_reflections("the XDS file is damaged", in_quotes(name), key + "=" + text,
                         "each item must have its own position, 1 to " + std::to_string(width));
    items[static_cast<std::size_t>(*at - 1)] = key.substr(5);
  }
  if (stated) file.items = items;
  if (file.items.size() != width)
    refuse_reflections("the XDS file is damaged", in_quotes(name),
                       std::to_string(file.items.size()) + " items are named",
                       "a record must have " + std::to_string(width));
}

void take_record(std::string_view line, std::size_t number, XdsFile& file, const std::string& name) {
  const std::string_view whole = line;
  std::size_t found = 0;
  for (auto next = number_prefix(line); next.length > 0; next = number_prefix(line), ++found) {
    file.values.push_back(next.value);
    line.remove_prefix(next.length);
  }
  if (found != file.items.size() || !trimmed(line).empty())
    refuse_line(name, number, whole, "a record must have " + std::to_string(file.items.size()) + " numbers");
  file.lines.push_back(number);
}

XdsFile parse_xds(std::string_view text, const std::string& name) {
  XdsFile file;
  bool in_header = true, ended = false;
  std::vector<std::string> listed;
  for (std::size_t number = 1; !text.empty() && !ended; ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = trimmed(line);
    if (line.empty()) continue;
    if (!line.starts_with('!')) {
      if (in_header) refuse_line(name, number, line, "the header must end with !END_OF_HEADER");
      take_record(line, number, file, name);
    } else if (line.starts_with("!END_OF_HEADER")) {
      in_header = false;
      take_items(file, name);
    } else if (line.starts_with("!END_OF_DATA")) {
      ended = true;
    } else if (in_header && line.find('=') == line.npos && line.find(',') != line.npos &&
               (line.starts_with("!H,K,L,") || !file.items.empty())) {
      for (std::string_view rest = trimmed(line.substr(1)); !rest.empty();) {
        const std::string_view word = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
        file.items.emplace_back(trimmed(word));
      }
    } else if (in_header) {
      take_header(line.substr(1), file);
    }
  }
  if (!ended) refuse_reflections("the XDS file is truncated", in_quotes(name), "", "it must end with !END_OF_DATA");
  return file;
}

std::size_t item(const XdsFile& file, std::initializer_list<const char*> names, const std::string& name) {
  for (const char* wanted : names)
    if (const auto found = std::ranges::find(file.items, wanted); found != file.items.end())
      return static_cast<std::size_t>(found - file.items.begin());
  refuse_reflections("the XDS file is damaged", in_quotes(name), "",
                     std::string("its header does not name the item ") + *names.begin());
}

UnitCell xds_cell(const std::string& text, const std::string& name) {
  double numbers[6];
  std::string_view rest = text;
  for (double& number : numbers) {
    const auto next = number_prefix(rest);
    if (next.length == 0)
      refuse_reflections("there is no unit cell", in_quotes(name), in_quotes(text),
                         "UNIT_CELL_CONSTANTS must be six numbers");
    number = next.value;
    rest.remove_prefix(next.length);
  }
  return {numbers[0],
          numbers[1],
          numbers[2],
          radians_from_degrees(numbers[3]),
          radians_from_degrees(numbers[4]),
          radians_from_degrees(numbers[5])};
}

}  // namespace

bool looks_like_xds(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, 20000);
  return bytes.starts_with("!FORMAT=XDS_ASCII") ||
         (bytes.starts_with('!') && head.find("!END_OF_HEADER") != head.npos &&
          head.find("!NUMBER_OF_ITEMS_IN_EACH_DATA_RECORD=") != head.npos);
}

ReflectionTable read_xds(std::string_view bytes, const std::string& name) {
  const auto file = std::make_shared<XdsFile>(parse_xds(bytes, name));
  ReflectionTable table;
  table.where = in_quotes(name);
  double wavelength_A = parse_number(trimmed(file->header["X-RAY_WAVELENGTH"])).value_or(0);
  if (const auto& sets = file->wavelengths_A; !sets.empty()) {
    const auto [least, most] = std::ranges::minmax(sets);
    if (most - least > 1e-3 * most)
      table.warnings.push_back("sets of several wavelengths are averaged, " + format_number(least) + " to " +
                               format_number(most) + " A: use those of one wavelength");
    else if (wavelength_A == 0)
      wavelength_A = sets.front();
  }
  table.datasets = {{"", xds_cell(file->header["UNIT_CELL_CONSTANTS"], name), wavelength_A}};
  const std::string& group = file->header["SPACE_GROUP_NUMBER"];
  const auto number = parse_integer(trimmed(group));
  if (!number || *number < 1 || *number > 230)
    refuse_reflections("there is no space group", table.where, in_quotes(group), "SPACE_GROUP_NUMBER must be 1 to 230");
  take_symmetry({.number = static_cast<int>(*number), .usual_setting = true}, table.datasets.front().cell, table);
  const std::array<std::size_t, 3> indices{item(*file, {"H"}, name), item(*file, {"K"}, name),
                                           item(*file, {"L"}, name)};
  const std::size_t intensity = item(*file, {"IOBS"}, name), sigma = item(*file, {"SIGMA(IOBS)", "SIGMA"}, name);
  for (const std::string& label : file->items)
    table.columns.push_back({label, label == "IOBS" ? Quantity::Intensity : Quantity::Other});
  table.columns[intensity].quantity = Quantity::Intensity;
  const std::size_t width = file->items.size();
  table.rows = file->values.size() / width;
  table.name_of_row = [file](std::size_t row) { return "line " + std::to_string(file->lines[row]); };
  table.index = [=, where = table.where](std::size_t row) {
    Hkl hkl{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double value = file->values[row * width + indices[axis]];
      hkl[axis] = checked_index(value, format_number(value), where, "line " + std::to_string(file->lines[row]));
    }
    return hkl;
  };
  table.value = [file, width](std::size_t row, std::size_t column) { return file->values[row * width + column]; };
  table.excluded.resize(table.rows);
  std::size_t misfits = 0;
  for (std::size_t row = 0; row < table.rows; ++row)
    if (file->values[row * width + sigma] < 0) table.excluded[row] = true, ++misfits;
  if (misfits > 0) table.notes.push_back(std::to_string(misfits) + " misfits (of negative sigma) are not used");
  const bool stated = bytes.starts_with("!FORMAT=XDS_ASCII");
  const auto says = [&](const char* key) {
    const std::string_view word = trimmed(file->header[key]);
    if (word != "TRUE" && word != "FALSE" && (stated || !word.empty()))
      refuse_reflections("the XDS file is damaged", table.where, std::string(key) + "=" + std::string(word),
                         "it must be TRUE or FALSE");
    return word == "TRUE";
  };
  table.unmerged = !says("MERGE");
  table.mates_are_equal = says("FRIEDEL'S_LAW");
  if (!stated)
    table.warnings.push_back("intensities of INTEGRATE are not scaled: use XDS_ASCII.HKL of CORRECT for better ones");
  return table;
}

}  // namespace femtobragg::atoms
