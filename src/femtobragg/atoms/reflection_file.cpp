// The gemmi library reads the formats; sizes are checked before it allocates.
#include "femtobragg/atoms/reflection_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <gemmi/cif.hpp>
#include <gemmi/mtz.hpp>
#include <gemmi/refln.hpp>

#include "femtobragg/atoms/gemmi_symmetry.h"
#include "femtobragg/atoms/model_file.h"
#include "femtobragg/atoms/reflection_columns.h"
#include "femtobragg/atoms/reflection_expansion.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::atoms {
namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& name, const std::string& value,
                         const std::string& rule) {
  throw Error::runtime({.what = what,
                        .where = in_quotes(name),
                        .value = value,
                        .rule = rule,
                        .remedy = "check that this is a whole file of merged reflections"});
}

constexpr std::size_t record_bytes = 80;
constexpr std::int64_t largest_index = 100000;

std::int32_t integer_at(std::string_view bytes, std::size_t at, bool swapped) {
  unsigned char b[4];
  std::memcpy(b, bytes.data() + at, 4);
  if (swapped) std::reverse(std::begin(b), std::end(b));
  std::int32_t value;
  std::memcpy(&value, b, 4);
  return value;
}

/// The record after a keyword's blanks, as whole numbers.
std::vector<std::int64_t> numbers_of(std::string_view record, std::size_t most) {
  std::vector<std::int64_t> numbers;
  record.remove_prefix(std::min(record.find_first_of(' '), record.size()));
  while (numbers.size() < most) {
    const auto number = integer_prefix(record);
    if (number.length == 0) break;
    numbers.push_back(number.value);
    record.remove_prefix(number.length);
  }
  return numbers;
}

/// What the header of an MTZ file promises must be there.
void check_mtz(std::string_view bytes, const std::string& name) {
  if (bytes.size() < 2 * record_bytes)
    refuse("an MTZ file that is too short", name, std::to_string(bytes.size()) + " bytes", "its header is missing");
  const bool big_endian_file = (static_cast<unsigned char>(bytes[9]) & 0xf0) == 0x10;
  const std::int32_t word = integer_at(bytes, 4, big_endian_file);
  const auto words = bytes.size() / 4;
  // -1 stands for files beyond 8 GB.
  if (word < 21 || static_cast<std::size_t>(word) > words)
    refuse("a damaged MTZ file", name, std::to_string(word), "its header would begin outside the file");
  std::string_view rest = bytes.substr((static_cast<std::size_t>(word) - 1) * 4);
  std::int64_t columns = -1, reflections = -1, listed = 0;
  bool ended = false;
  while (rest.size() >= record_bytes && !ended) {
    const std::string_view record = rest.substr(0, record_bytes);
    rest.remove_prefix(record_bytes);
    if (std::ranges::any_of(record, [](char c) { return c < ' ' || c > '~'; }))
      refuse("a damaged MTZ file", name, in_quotes(record.substr(0, 20)), "a header record is no text");
    ended = record.starts_with("END");
    if (record.starts_with("COLUMN")) ++listed;
    if (record.starts_with("NCOL")) {
      const auto n = numbers_of(record, 3);
      if (n.size() < 2 || n[0] < 0 || n[0] > 10000 || n[1] < 0 || n[1] > 1000000000)
        refuse("a damaged MTZ file", name, in_quotes(record), "numbers of columns and reflections are impossible");
      if (n.size() > 2 && n[2] != 0)
        refuse("unmerged reflections", name, std::to_string(n[2]) + " batches", "each reflection must have one value");
      columns = n[0], reflections = n[1];
    }
    for (const char* counter : {"SYMI", "NDIF"})
      if (record.starts_with(counter))
        if (const auto n = numbers_of(record, 1); n.empty() || n[0] < 0 || n[0] > 1000)
          refuse("a damaged MTZ file", name, in_quotes(record), "an impossible count");
  }
  if (!ended || columns < 3 || listed != columns)
    refuse("a damaged MTZ file", name, "", "its header has no end, or columns are missing");
  if (reflections == 0) refuse("no reflections", name, "", "the file is empty");
  const std::int64_t have = (static_cast<std::int64_t>(word) - 1) * 4 - static_cast<std::int64_t>(record_bytes);
  if (columns * reflections * 4 > have)
    refuse("a damaged MTZ file", name, std::to_string(have) + " bytes of data",
           std::to_string(columns) + " columns of " + std::to_string(reflections) + " reflections are promised");
}

Quantity quantity_of_mtz(char type) {
  switch (type) {
    case 'F': return Quantity::Amplitude;
    case 'G': return Quantity::AmplitudeOfPair;
    case 'J': return Quantity::Intensity;
    case 'K': return Quantity::IntensityOfPair;
    default: return Quantity::Other;
  }
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

Quantity quantity_of_cif(const std::string& tag) {
  if (tag == "F_meas_au" || tag == "F_meas") return Quantity::Amplitude;
  if (tag == "pdbx_F_plus" || tag == "pdbx_F_minus") return Quantity::AmplitudeOfPair;
  if (tag == "intensity_meas") return Quantity::Intensity;
  if (tag == "pdbx_I_plus" || tag == "pdbx_I_minus") return Quantity::IntensityOfPair;
  if (tag == "F_squared_meas" || tag == "F_squared_calc") return Quantity::SquaredAmplitude;
  if (tag == "F_calc" || tag == "F_calc_au") return Quantity::Calculated;
  return Quantity::Other;
}

/// The amplitude in a field: nothing where it says nothing.
std::optional<double> amplitude(double value, bool squared) {
  if (!std::isfinite(value)) return std::nullopt;
  return squared ? std::sqrt(std::max(0.0, value)) : value;
}

ListedReflections read_mtz(std::string_view bytes, const std::string& name, const std::vector<std::string>& labels) {
  check_mtz(bytes, name);
  gemmi::Mtz mtz;
  gemmi::MemoryStream stream(bytes.data(), bytes.size());
  mtz.read_stream(stream, true);
  ListedReflections listed;
  const gemmi::SpaceGroup* group = mtz.spacegroup;
  if (!group) refuse("unknown space group", name, in_quotes(mtz.spacegroup_name), "a Hermann-Mauguin symbol is needed");
  std::vector<Column> columns;
  for (const auto& column : mtz.columns) {
    const Quantity quantity = quantity_of_mtz(column.type);
    const std::string label = upper(column.label);
    const bool calculated =
        label.find("CALC") != std::string::npos || label.starts_with("FC") || label.find("MODEL") != std::string::npos;
    columns.push_back({column.label, quantity == Quantity::Amplitude && calculated ? Quantity::Calculated : quantity});
  }
  const ColumnChoice choice = choose_columns(columns, labels, name);
  listed.cell = cell_of(mtz.get_cell(mtz.columns[choice.column].dataset_id));
  listed.space_group = space_group_of(*group);
  listed.description = choice.description;
  const std::size_t width = mtz.columns.size();
  for (std::size_t row = 0; row + width <= mtz.data.size(); row += width) {
    ListedReflection r;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double index = mtz.data[row + axis];
      if (!(std::abs(index) <= largest_index) || index != std::round(index))
        refuse("an impossible Miller index", name, "reflection " + std::to_string(row / width + 1),
               "indices are whole numbers");
      r.hkl[axis] = static_cast<int>(index);
    }
    r.amplitude = amplitude(mtz.data[row + choice.column], choice.squared);
    if (choice.mate) r.mate = amplitude(mtz.data[row + *choice.mate], choice.squared);
    listed.list.push_back(r);
  }
  return listed;
}

/// The first block that lists reflections.
gemmi::ReflnBlock reflection_block(gemmi::cif::Document& document, const std::string& name) {
  for (gemmi::ReflnBlock& block : gemmi::as_refln_blocks(std::move(document.blocks)))
    if (block.ok() && !block.is_unmerged()) return std::move(block);
  refuse("no reflections", name, "", "a block lists _refln.index_h");
}

ListedReflections read_cif(std::string_view bytes, const std::string& name, const std::vector<std::string>& labels) {
  gemmi::cif::Document document = gemmi::cif::read_memory(bytes.data(), bytes.size(), name.c_str());
  const gemmi::ReflnBlock block = reflection_block(document, name);
  const std::string where = name + " block " + block.block.name;
  if (!block.spacegroup) refuse("unknown space group", where, "", "_symmetry.space_group_name_H-M is needed");
  std::vector<Column> columns;
  for (const std::string& tag : block.column_labels()) columns.push_back({tag, quantity_of_cif(tag)});
  const ColumnChoice choice = choose_columns(columns, labels, where);
  ListedReflections listed;
  listed.cell = cell_of(block.cell);
  listed.space_group = space_group_of(*block.spacegroup);
  listed.description = choice.description;
  const auto indices = block.get_hkl_column_indices();
  const auto& values = block.default_loop->values;
  const std::size_t width = block.default_loop->width();
  for (std::size_t row = 0; row + width <= values.size(); row += width) {
    ListedReflection r;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const auto index = parse_integer(values[row + indices[axis]]);
      if (!index || std::abs(*index) > largest_index)
        refuse("an impossible Miller index", where, in_quotes(values[row + indices[axis]]),
               "indices are whole numbers");
      r.hkl[axis] = static_cast<int>(*index);
    }
    const auto field = [&](std::size_t column) {
      return amplitude(gemmi::cif::as_number(values[row + column]), choice.squared);
    };
    r.amplitude = field(choice.column);
    if (choice.mate) r.mate = field(*choice.mate);
    listed.list.push_back(r);
  }
  return listed;
}

}  // namespace

bool looks_like_reflection_file(std::string_view bytes) { return bytes.starts_with("MTZ ") || looks_like_cif(bytes); }

ReflectionFile parse_reflection_file(std::string_view bytes, const std::string& name,
                                     const std::vector<std::string>& labels, double default_amplitude) try {
  return expanded(bytes.starts_with("MTZ ") ? read_mtz(bytes, name, labels) : read_cif(bytes, name, labels), name,
                  default_amplitude);
} catch (const Error&) {
  throw;
} catch (const std::bad_alloc&) {
  throw;
} catch (const std::exception& error) {
  refuse("cannot read the reflections", name, "", error.what());
}

}  // namespace femtobragg::atoms
