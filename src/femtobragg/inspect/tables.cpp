// Tables of numbers without a heading of their own: what they are follows from their columns.
#include <algorithm>
#include <cmath>
#include <vector>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/tables/hkl_list.h"
#include "femtobragg/formats/tables/matrix_file.h"
#include "femtobragg/formats/tables/reflection_table.h"
#include "femtobragg/formats/tables/rotation_list.h"
#include "femtobragg/formats/tables/source_file.h"
#include "femtobragg/formats/tables/spectrum_file.h"
#include "femtobragg/inspect/file_types.h"
#include "femtobragg/model/unit_cell.h"
#include "femtobragg/nanobragg/report/report.h"

namespace femtobragg::inspect {
namespace {

using Row = std::vector<double>;

/// Rows that are numbers from end to end, the first of them.
std::vector<Row> first_rows(std::string_view text) {
  constexpr std::size_t most = 20, most_lines = 200;
  std::vector<Row> rows;
  std::size_t lines = 0;
  while (!text.empty() && rows.size() < most && lines < most_lines) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    line.resize(std::min(line.find_first_of("#%"), line.size()));
    for (char& c : line)
      if (c == ',' || c == ';' || c == '\t') c = ' ';
    Row row;
    std::string_view rest = line;
    for (auto number = number_prefix(rest); number.length > 0; number = number_prefix(rest)) {
      row.push_back(number.value);
      rest.remove_prefix(number.length);
    }
    if (!trimmed(line).empty()) ++lines;
    if (trimmed(rest).empty() && !row.empty()) rows.push_back(std::move(row));
  }
  // Numbers between sentences are no table.
  if (2 * rows.size() < lines) rows.clear();
  return rows;
}

bool begins_with_indices(const Row& row) {
  return row.size() >= 4 &&
         std::all_of(row.begin(), row.begin() + 3, [](double v) { return v == std::round(v) && std::abs(v) < 1e5; });
}

void inspect_hkl(const Source& source, Inspection& result) {
  const formats::HklList list = formats::parse_hkl_lines(source.text, source.path, 0);
  result.what = "list of " + counted(list.reflections, "reflection") + " in P1: " + list.factors.box.describe();
  if (list.cell) {
    result.used.push_back("cell " + nanobragg::cell_words(*list.cell));
  }
  for (const auto* texts : {&list.notes, &list.warnings})
    for (const std::string& text : *texts) add_remark(result, text);
}

void inspect_matrix(const Source& source, Inspection& result) {
  const auto m = formats::parse_matrix(source.text, source.path);
  result.what = "orientation matrix";
  // Its wavelength is that of the beam, which the file does not state.
  for (const std::string& doubt : formats::doubts_about_matrix(source.text, source.path, 1e-10))
    add_remark(result, doubt);
  result.used.push_back("nine numbers: a*, b*, c* times the wavelength of the beam");
  const Vec3d a{m[0], m[3], m[6]}, b{m[1], m[4], m[7]}, c{m[2], m[5], m[8]};
  const double volume = triple_product(a, b, c);
  if (volume == 0) return;
  result.used.push_back(
      "at a wavelength of 1 A the cell is " +
      nanobragg::cell_words(cell_of_axes(cross(b, c) / volume, cross(c, a) / volume, cross(a, b) / volume)));
}

void inspect_spectrum(const Source& source, Inspection& result) {
  const formats::SpectrumFile file = formats::parse_spectrum(source.text, source.path, {});
  const auto [least, most] =
      std::ranges::minmax_element(file.spectrum, {}, [](const SpectrumLine& line) { return line.wavelength_m; });
  result.what = "spectrum of " + counted(file.spectrum.size(), "wavelength");
  result.used.push_back("from " + format_number(angstrom_from_metres(least->wavelength_m)) + " to " +
                        format_number(angstrom_from_metres(most->wavelength_m)) + " A");
  for (const std::string& note : file.notes) add_remark(result, note);
}

void inspect_sources(const Source& source, Inspection& result) {
  const std::vector<femtobragg::Source> sources = formats::parse_sources(source.text, source.path, {}, false);
  result.what = "list of " + counted(sources.size(), "source");
  result.used.push_back("directions, weights and wavelengths; what is missing is taken from the beam");
}

void inspect_rotation_lines(const Source& source, Inspection& result) {
  const auto rotations = formats::parse_rotations(source.text, source.path);
  result.what = "rotations of " + counted(rotations.size(), "mosaic domain");
  result.used.push_back("each matrix is a rotation; crystal.mosaic_rotations takes them");
}

}  // namespace

bool is_truth_list(const Source& source) { return source.text.starts_with("# reflections of a simulated "); }

void inspect_truth_list(const Source& source, Inspection& result) {
  std::string_view text = source.text;
  std::string_view columns;
  std::size_t rows = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    if (columns.empty())
      columns = line;
    else
      ++rows;
  }
  result.what = "truth list of " + counted(rows, "reflection");
  result.not_used.push_back("no command reads it; it is for other programs. Its columns are " + std::string(columns));
}

bool is_reflection_table(const Source& source) { return formats::looks_like_reflection_table(source.bytes); }

void inspect_reflection_table(const Source& source, Inspection& result) {
  const formats::TableContents table = formats::contents_of_reflection_table(source.bytes, source.path);
  result.what = "reflection table of DIALS, " + counted(table.rows, "row");
  std::vector<std::size_t> panels;
  for (const formats::FoundSpot& spot : formats::parse_reflection_table(source.bytes, source.path))
    panels.push_back(spot.panel);
  std::ranges::sort(panels);
  const auto again = std::ranges::unique(panels);
  panels.erase(again.begin(), again.end());
  std::string used, others;
  for (const std::string& column : table.columns) {
    std::string& list = std::ranges::find(table.used, column) != table.used.end() ? used : others;
    list += (list.empty() ? "" : ", ") + column;
  }
  result.used.push_back("places of spots on " + counted(panels.size(), "panel") + ", from " + used);
  if (!others.empty()) result.not_used.push_back(others);
}

bool is_table(const Source& source) { return !first_rows(source.text).empty(); }

void inspect_table(const Source& source, Inspection& result) {
  const std::vector<Row> rows = first_rows(source.text);
  const auto all = [&](auto holds) { return !rows.empty() && std::ranges::all_of(rows, holds); };
  const auto begins = [&](std::size_t lines, std::size_t columns) {
    return rows.size() >= lines && std::all_of(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(lines),
                                               [&](const Row& row) { return row.size() == columns; });
  };
  if (all([](const Row& row) { return row.size() == 9; }) && formats::are_rotation(rows.front()))
    return inspect_rotation_lines(source, result);
  if (begins(3, 3)) return inspect_matrix(source, result);
  if (all(begins_with_indices)) return inspect_hkl(source, result);
  if (all([](const Row& row) { return row.size() == 2; })) return inspect_spectrum(source, result);
  if (all([](const Row& row) { return row.size() >= 3 && row.size() <= 5; })) return inspect_sources(source, result);
  // The reader of reflections explains best what a row lacks.
  inspect_hkl(source, result);
}

void inspect_unknown_text(const Source& source, Inspection& result) {
  const std::string_view text = trimmed(source.text);
  const bool json = text.starts_with('{') || (text.starts_with('[') && text.ends_with(']'));
  result.what = std::string(json ? "JSON" : "text") + ", not recognised";
  throw Error::runtime({.what = "no command reads this text",
                        .where = in_quotes(source.path),
                        .rule = "it is neither geometry, model, reflections, scene nor a table of numbers",
                        .remedy = "check the name"});
}

}  // namespace femtobragg::inspect
