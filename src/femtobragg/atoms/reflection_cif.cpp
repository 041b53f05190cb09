// Reflections in CIF: SF-mmCIF (_refln.), small molecules (_refln_), and a SHELX file as the text of an item.
#include <algorithm>
#include <cctype>
#include <gemmi/cif.hpp>
#include <gemmi/numb.hpp>
#include <map>
#include <memory>
#include <sstream>

#include "femtobragg/atoms/gemmi_symmetry.h"
#include "femtobragg/atoms/reflection_readers.h"
#include "femtobragg/atoms/reflection_symmetry.h"
#include "femtobragg/base/text.h"

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

UnitCell cell_of_cif(gemmi::cif::Document& document, const Block& block, const std::string& where) {
  const auto number = [&](const char* tag) {
    const auto values = values_of(document, block, {tag});
    const double value = values.empty() ? 0 : gemmi::cif::as_number(values.front());
    if (!(value > 0))
      refuse_reflections("no unit cell", where, values.empty() ? "" : in_quotes(values.front()),
                         std::string(tag) + " is needed");
    return value;
  };
  return cell_of(gemmi::UnitCell(number("_cell.length_a"), number("_cell.length_b"), number("_cell.length_c"),
                                 number("_cell.angle_alpha"), number("_cell.angle_beta"), number("_cell.angle_gamma")));
}

SpaceGroup symmetry_of_cif(gemmi::cif::Document& document, const Block& block, const UnitCell& cell,
                           ReflectionTable& table) {
  const auto first = [&](std::initializer_list<const char*> tags) {
    const auto values = values_of(document, block, tags);
    return values.empty() ? std::string() : values.front();
  };
  SymmetryWords words;
  words.operations = values_of(document, block, {"_space_group_symop.operation_xyz", "_symmetry_equiv.pos_as_xyz"});
  words.hall = first({"_space_group.name_Hall", "_symmetry.space_group_name_Hall"});
  words.symbol = first({"_symmetry.space_group_name_H-M", "_space_group.name_H-M_alt", "_space_group.name_H-M_full"});
  if (const std::string number = first({"_space_group.IT_number", "_symmetry.Int_Tables_number"}); !number.empty()) {
    const auto value = parse_integer(number);
    if (!value || *value < 1 || *value > 230)
      refuse_reflections("no number of a space group", table.where, in_quotes(number), "they are 1 to 230");
    words.number = static_cast<int>(*value);
  }
  return reflection_symmetry(words, cell, table.where, table.warnings);
}

std::optional<double> number_of(const std::string& text, const std::string& where, const std::string& row,
                                const std::string& tag) {
  if (gemmi::cif::is_null(text)) return std::nullopt;
  const double value = gemmi::cif::as_number(gemmi::cif::as_string(text));
  if (std::isnan(value))
    refuse_reflections("a value is no number", where + " " + row + ", " + tag, in_quotes(text),
                       "numbers, '.' or '?' stand there");
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
    table.notes.push_back(std::to_string(excluded) + " reflections of status x (unreliable) are not used");
}

/// Values of several crystals or wavelengths must not be mixed.
void require_one_experiment(const gemmi::cif::Loop& loop, const ReflectionTable& table) {
  const std::size_t width = loop.tags.size();
  for (std::size_t column = 0; column < width; ++column) {
    const std::string tag = short_tag(loop.tags[column]);
    if (tag != "crystal_id" && tag != "wavelength_id" && tag != "diffrn_id" && tag != "wavelength") continue;
    for (std::size_t row = 1; row < table.rows; ++row)
      if (loop.values[row * width + column] != loop.values[column])
        refuse_reflections(
            "reflections of several experiments in one list", table.where + " " + table.name_of_row(row),
            loop.tags[column] + " " + loop.values[row * width + column] + " after " + loop.values[column],
            "amplitudes come from one crystal at one wavelength", "keep the rows of one of them");
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
  if (*std::ranges::max_element(indices) == width)
    refuse_reflections("no Miller indices", where, "", "index_h, index_k and index_l are needed");
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
  return table;
}

/// HKLF 4, and nothing that changes the values or the indices.
bool is_plain_hklf4(const std::string& line) {
  std::istringstream words(line);
  std::string word, rest;
  words >> word >> word;
  words >> rest;
  return word == "4" && (rest.empty() || rest == "1");
}

/// A SHELX file as it was refined against, in the CIF of the structure.
ReflectionTable table_of_shelx(Block& block, const std::string& where) {
  std::string text = gemmi::cif::as_string(*block.find_value("_shelx_hkl_file"));
  text.erase(0, text.find_first_not_of("\r\n"));
  if (!looks_like_hklf(text))
    refuse_reflections("reflections that are not understood", where + ", _shelx_hkl_file",
                       in_quotes(text.substr(0, 40)),
                       "they are SHELX's HKLF 4, in columns of fixed width with an end line");
  if (const std::string* instructions = block.find_value("_shelx_res_file")) {
    const std::string lines = gemmi::cif::as_string(*instructions);
    const auto at = lines.find("\nHKLF");
    const std::string line = at == std::string::npos ? "" : lines.substr(at + 1, lines.find('\n', at + 1) - at - 1);
    if (!line.empty() && !is_plain_hklf4(line))
      refuse_reflections("reflections that are not understood", where + ", _shelx_res_file", in_quotes(line),
                         "HKLF 4 without scale and matrix is");
  }
  return read_hklf(text, where + ", _shelx_hkl_file");
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
    if (!shelx && block.find_value("_shelx_hkl_file")) shelx = &block;
    unmerged |= block.find_loop("_diffrn_refln.index_h") || block.find_loop("_diffrn_refln_index_h");
  }
  if (!first && !shelx)
    refuse_reflections(unmerged ? "unmerged reflections" : "no reflections", in_quotes(name), "",
                       "a block lists _refln.index_h");
  Block& block = first ? *first : *shelx;
  const std::string where = in_quotes(name) + " block " + in_quotes(block.name);
  ReflectionTable table = first ? table_of_loop(document, block, where) : table_of_shelx(block, where);
  if (!others.empty())
    table.warnings.push_back("block " + in_quotes(block.name) + " counts, the first one with reflections: those of " +
                             others + " are not used");
  const UnitCell cell = cell_of_cif(*document, block, where);
  const auto wavelengths =
      values_of(*document, block, {"_diffrn_radiation_wavelength.wavelength", "_diffrn_radiation.wavelength"});
  const double wavelength_A = wavelengths.size() == 1 ? gemmi::cif::as_number(wavelengths.front(), 0) : 0;
  table.datasets = {{"", cell, wavelength_A}};
  table.space_group = symmetry_of_cif(*document, block, cell, table);
  return table;
}

}  // namespace femtobragg::atoms
