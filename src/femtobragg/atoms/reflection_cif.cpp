// Reflections in CIF: SF-mmCIF (_refln.), small molecules (_refln_), and a SHELX file as the text of an item.
#include <algorithm>
#include <cmath>
#include <gemmi/cif.hpp>
#include <gemmi/numb.hpp>
#include <map>
#include <memory>
#include <set>
#include <sstream>

#include "femtobragg/atoms/cif_parts.h"
#include "femtobragg/atoms/reflection_readers.h"
#include "femtobragg/base/counts.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"

namespace femtobragg::atoms {
namespace {

using gemmi::cif::Block;

/// Without the category: dictionaries differ in '.' and '_' only.
std::string label_of(const std::string& tag) {
  const std::string lower = gemmi::to_lower(tag);
  const bool ours = lower.starts_with("_refln.") || lower.starts_with("_refln_");
  return ours ? tag.substr(std::string("_refln.").size()) : tag;
}

std::string short_tag(const std::string& tag) { return gemmi::to_lower(label_of(tag)); }

Quantity quantity_of_cif(const std::string& tag) {
  static const std::map<std::string, Quantity> quantities = {
      {"f_meas_au", Quantity::Amplitude},
      {"f_meas", Quantity::Amplitude},
      {"pdbx_f_plus", Quantity::AmplitudeOfPair},
      {"pdbx_f_minus", Quantity::AmplitudeOfPair},
      {"intensity_meas", Quantity::Intensity},
      {"pdbx_i_plus", Quantity::IntensityOfPair},
      {"pdbx_i_minus", Quantity::IntensityOfPair},
      {"f_squared_meas", Quantity::SquaredAmplitude},
      {"f_calc", Quantity::Calculated},
      {"f_calc_au", Quantity::Calculated},
      {"pdbx_f_calc_with_solvent", Quantity::Calculated},
      {"f_squared_calc", Quantity::CalculatedSquared},
      {"intensity_calc", Quantity::CalculatedSquared},
  };
  const auto found = quantities.find(tag);
  return found == quantities.end() ? Quantity::Other : found->second;
}

/// The first value of any of the tags: '_a.b' stands for '_a_b' too, and other blocks for what this one lacks.
std::vector<std::string> values_of(gemmi::cif::Document& document, const Block& first,
                                   std::initializer_list<const char*> tags) {
  std::vector<Block*> blocks;
  for (Block& block : document.blocks)
    if (&block == &first)
      blocks.insert(blocks.begin(), &block);
    else
      blocks.push_back(&block);
  for (Block* block : blocks)
    for (std::string tag : tags)
      for (const char joint : {'.', '_'}) {
        if (const auto dot = tag.find('.'); dot != std::string::npos) tag[dot] = joint;
        std::vector<std::string> values;
        for (const std::string& value : block->find_values(tag))
          if (!gemmi::cif::is_null(value)) values.push_back(gemmi::cif::as_string(value));
        if (!values.empty()) return values;
      }
  return {};
}

bool begins(const gemmi::cif::Item& item, const std::vector<std::string>& prefixes) {
  const bool pair = item.type == gemmi::cif::ItemType::Pair;
  if (pair ? gemmi::cif::is_null(item.pair[1]) : item.type != gemmi::cif::ItemType::Loop || item.loop.tags.empty())
    return false;
  std::string name = gemmi::to_lower(pair ? item.pair[0] : item.loop.tags[0]);
  std::ranges::replace(name, '.', '_');
  return std::ranges::any_of(prefixes, [&](const std::string& prefix) { return name.starts_with(prefix); });
}

/// The items of the prefixes in `wanted`, of the block that has the reflections if `telling` ones are among them, else
/// of the first block that has some.
CifItems items_of(gemmi::cif::Document& document, const Block& first, const std::string& where,
                  const std::vector<std::string>& telling, const std::vector<std::string>& wanted) {
  const auto tells = [&](const Block& block) {
    return std::ranges::any_of(block.items, [&](const auto& item) { return begins(item, telling); });
  };
  const auto other = std::ranges::find_if(document.blocks, tells);
  const Block& chosen = tells(first) || other == document.blocks.end() ? first : *other;
  Block copy(chosen.name);
  for (const gemmi::cif::Item& item : chosen.items)
    if (begins(item, wanted)) copy.items.push_back(item);
  return CifItems(copy, where);
}

UnitCell cell_of_cif(gemmi::cif::Document& document, const Block& block, const std::string& where) {
  const std::vector<std::string> items{"_cell_length_", "_cell_angle_"};
  return cell_in(items_of(document, block, where, items, items));
}

StatedSymmetry symmetry_of_cif(gemmi::cif::Document& document, const Block& block, const std::string& where) {
  return symmetry_in(items_of(document, block, where,
                              {"_symmetry_equiv", "_symmetry_space", "_symmetry_int", "_space_group_symop",
                               "_space_group_name", "_space_group_it"},
                              {"_symmetry_", "_space_group_", "_cell_modulation"}));
}

std::optional<double> number_of(const std::string& text, const std::string& where, const std::string& row,
                                const std::string& tag) {
  if (gemmi::cif::is_null(text)) return std::nullopt;
  const double value = gemmi::cif::as_number(gemmi::cif::as_string(text));
  if (std::isnan(value))
    refuse_reflections("a value is not a number", where + " " + row + ", " + tag, in_quotes(text),
                       "it must be a number, '.' or '?'");
  return value;
}

/// Rows that the file itself calls unreliable do not count.
void exclude_by_status(const gemmi::cif::Loop& loop, ReflectionTable& table) {
  const std::size_t width = loop.tags.size();
  std::size_t excluded = 0;
  for (std::size_t column = 0; column < width; ++column) {
    const std::string tag = short_tag(loop.tags[column]);
    if (tag != "status" && tag != "observed_status" && tag != "include_status") continue;
    table.excluded.resize(table.rows);
    for (std::size_t row = 0; row < table.rows; ++row) {
      const std::string& status = loop.values[row * width + column];
      if (gemmi::to_lower(gemmi::cif::as_string(status)) != "x" || table.excluded[row]) continue;
      table.excluded[row] = true;
      ++excluded;
    }
  }
  if (excluded > 0)
    table.notes.push_back(
        counted(excluded, "reflection of status x (unreliable) is", "reflections of status x (unreliable) are") +
        " not used");
}

/// Values of several crystals, phases, wavelengths or scales must not be mixed.
void require_one_experiment(const gemmi::cif::Loop& loop, const ReflectionTable& table) {
  static const std::set<std::string> names = {
      "crystal_id",       "wavelength_id",      "diffrn_id",          "wavelength",
      "scale_group_code", "_pd_refln_phase_id", "_pd_refln.phase_id", "_twin_refln_individual_id"};
  const std::size_t width = loop.tags.size();
  for (std::size_t column = 0; column < width; ++column) {
    if (!names.contains(short_tag(loop.tags[column]))) continue;
    for (std::size_t row = 1; row < table.rows; ++row)
      if (loop.values[row * width + column] != loop.values[column])
        refuse_reflections(
            "one list has reflections of several experiments", table.where + " " + table.name_of_row(row),
            loop.tags[column] + " " + loop.values[row * width + column] + " after " + loop.values[column],
            "amplitudes must come from one crystal at one wavelength, on one scale", "keep the rows of one of them");
  }
}

/// Indices beyond h k l are those of modulated structures.
void require_no_satellites(const gemmi::cif::Loop& loop, const ReflectionTable& table) {
  const std::size_t width = loop.tags.size();
  for (std::size_t column = 0; column < width; ++column) {
    if (!short_tag(loop.tags[column]).starts_with("index_m_")) continue;
    for (std::size_t row = 0; row < table.rows; ++row)
      if (const std::string& text = loop.values[row * width + column]; parse_integer(text).value_or(0) != 0)
        refuse_reflections("there are satellites of a modulated structure", table.where + " " + table.name_of_row(row),
                           loop.tags[column] + " " + text, "reflections must have the indices h k l",
                           "keep the main reflections");
  }
}

ReflectionTable table_of_loop(const std::shared_ptr<gemmi::cif::Document>& document, Block& block,
                              const std::string& where) {
  ReflectionTable table;
  table.where = where;
  auto column_of = [&](const char* tag) { return block.find_loop(tag); };
  auto found = column_of("_refln.index_h");
  if (!found) found = column_of("_refln_index_h");
  const gemmi::cif::Loop* loop = found.get_loop();
  const std::size_t width = loop->tags.size();
  std::array<std::size_t, 3> indices{width, width, width};
  for (std::size_t i = 0; i < width; ++i) {
    const std::string tag = short_tag(loop->tags[i]);
    for (std::size_t axis = 0; axis < 3; ++axis)
      if (tag == std::string("index_") + "hkl"[axis]) indices[axis] = i;
    table.columns.push_back({label_of(loop->tags[i]), quantity_of_cif(tag)});
  }
  // F(+) - F(-), of which F_meas is the mean.
  const auto is_difference = [](const std::string& tag) { return short_tag(tag) == "pdbx_anom_difference"; };
  if (const auto difference = std::ranges::find_if(loop->tags, is_difference); difference != loop->tags.end())
    for (Column& column : table.columns)
      if (column.quantity == Quantity::Amplitude)
        column.difference = static_cast<std::size_t>(difference - loop->tags.begin());
  if (*std::ranges::max_element(indices) == width)
    refuse_reflections("there are no Miller indices", where, "", "index_h, index_k and index_l are needed");
  table.rows = loop->values.size() / width;
  table.name_of_row = [](std::size_t row) { return "reflection " + std::to_string(row + 1); };
  table.index = [=](std::size_t row) {
    Hkl hkl{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::string& text = loop->values[row * width + indices[axis]];
      const auto value = parse_integer(gemmi::cif::as_string(text));
      hkl[axis] = checked_index(value ? std::optional<double>(static_cast<double>(*value)) : std::nullopt, text, where,
                                "reflection " + std::to_string(row + 1));
    }
    return hkl;
  };
  table.value = [document, loop, width, where](std::size_t row, std::size_t column) {
    return number_of(loop->values[row * width + column], where, "reflection " + std::to_string(row + 1),
                     loop->tags[column]);
  };
  exclude_by_status(*loop, table);
  require_one_experiment(*loop, table);
  require_no_satellites(*loop, table);
  return table;
}

/// HKLF 4, and nothing that changes the values or the indices.
bool is_plain_hklf4(std::string_view line) {
  static constexpr double plain[] = {4, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0};
  line.remove_prefix(4);
  std::size_t count = 0;
  for (auto next = number_prefix(line); next.length > 0; next = number_prefix(line), ++count) {
    // A negative 4 says that the reflections follow.
    const double value = count == 0 ? std::abs(next.value) : next.value;
    if (count < std::size(plain) && value != plain[count]) return false;
    line.remove_prefix(next.length);
  }
  return count > 0;
}

/// The line of SHELX's instructions that says what the reflections are; empty: none.
std::string hklf_line(const std::string& instructions) {
  std::istringstream lines(instructions);
  for (std::string line; std::getline(lines, line);)
    if (gemmi::to_lower(line).starts_with("hklf")) return std::string(trimmed(line));
  return "";
}

constexpr const char* shelx_files[] = {"_shelx_hkl_file", "_iucr_refine_reflections_details"};

/// A SHELX file as it was refined against, in the CIF of the structure.
ReflectionTable table_of_shelx(Block& block, const std::string& where) {
  const std::string* found = nullptr;
  std::string file;
  for (const char* tag : shelx_files)
    if (!found && (found = block.find_value(tag))) file = where + ", " + tag;
  std::string text = gemmi::cif::as_string(*found);
  text.erase(0, text.find_first_not_of("\r\n"));
  if (!looks_like_hklf(text))
    refuse_reflections("the reflections cannot be read", file, in_quotes(text.substr(0, 40)),
                       "they must be SHELX's HKLF 4, in columns of fixed width with an end line");
  for (const char* tag : {"_shelx_res_file", "_iucr_refine_instructions_details"})
    if (const std::string* instructions = block.find_value(tag)) {
      const std::string line = hklf_line(gemmi::cif::as_string(*instructions));
      if (!line.empty() && !is_plain_hklf4(line))
        refuse_reflections("the reflections cannot be read", where + ", " + tag, in_quotes(line),
                           "HKLF must be 4, without scale and matrix");
    }
  return hklf_table(text, file);
}

}  // namespace

ReflectionTable read_reflection_cif(std::string_view bytes, const std::string& name) {
  const auto document =
      std::make_shared<gemmi::cif::Document>(gemmi::cif::read_memory(bytes.data(), bytes.size(), name.c_str()));
  Block *first = nullptr, *shelx = nullptr;
  std::string others;
  bool unmerged = false;
  for (Block& block : document->blocks) {
    if (block.find_loop("_refln.index_h") || block.find_loop("_refln_index_h")) {
      if (first)
        others += (others.empty() ? "" : " ") + in_quotes(block.name);
      else
        first = &block;
    }
    for (const char* tag : shelx_files)
      if (!shelx && block.find_value(tag)) shelx = &block;
    unmerged |= block.find_loop("_diffrn_refln.index_h") || block.find_loop("_diffrn_refln_index_h");
  }
  if (!first && !shelx)
    refuse_reflections(unmerged ? "the reflections are not merged" : "there are no reflections", in_quotes(name), "",
                       "a block must list _refln.index_h");
  Block& block = first ? *first : *shelx;
  const std::string where = in_quotes(name) + " block " + in_quotes(block.name);
  ReflectionTable table = first ? table_of_loop(document, block, where) : table_of_shelx(block, where);
  if (!others.empty())
    table.warnings.push_back("block " + in_quotes(block.name) + " is used, the first one with reflections: those of " +
                             others + " are not used");
  const UnitCell cell = cell_of_cif(*document, block, where);
  const auto wavelengths =
      values_of(*document, block, {"_diffrn_radiation_wavelength.wavelength", "_diffrn_radiation.wavelength"});
  const double wavelength_A = wavelengths.size() == 1 ? gemmi::cif::as_number(wavelengths.front(), 0) : 0;
  table.datasets = {{"", cell, wavelength_A}};
  take_symmetry(symmetry_of_cif(*document, block, where), cell, table);
  return table;
}

}  // namespace femtobragg::atoms
