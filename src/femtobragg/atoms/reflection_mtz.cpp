// MTZ files: columns by their types. The gemmi library reads them; sizes are checked before it allocates.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <gemmi/mtz.hpp>
#include <memory>

#include "femtobragg/atoms/gemmi_symmetry.h"
#include "femtobragg/atoms/reflection_readers.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"

namespace femtobragg::atoms {
namespace {

constexpr std::size_t record_bytes = 80;

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

/// What the header of an MTZ file promises must be there. Returns its records.
std::vector<std::string> check_mtz(std::string_view bytes, const std::string& where) {
  if (bytes.size() < 2 * record_bytes)
    refuse_reflections("the MTZ file is too short", where, std::to_string(bytes.size()) + " bytes",
                       "its header is missing");
  const bool big_endian_file = (static_cast<unsigned char>(bytes[9]) & 0xf0) == 0x10;
  const std::int32_t word = integer_at(bytes, 4, big_endian_file);
  const auto words = bytes.size() / 4;
  // -1 stands for files beyond 8 GB.
  if (word < 21 || static_cast<std::size_t>(word) > words)
    refuse_reflections("the MTZ file is damaged", where, std::to_string(word),
                       "its header would begin outside the file");
  std::string_view rest = bytes.substr((static_cast<std::size_t>(word) - 1) * 4);
  std::int64_t columns = -1, reflections = -1, listed = 0;
  bool ended = false;
  std::vector<std::string> records;
  while (rest.size() >= record_bytes && !ended) {
    const std::string_view record = rest.substr(0, record_bytes);
    rest.remove_prefix(record_bytes);
    if (std::ranges::any_of(record, [](char c) { return c < ' ' || c > '~'; }))
      refuse_reflections("the MTZ file is damaged", where, in_quotes(record.substr(0, 20)),
                         "a header record is not text");
    records.emplace_back(record);
    ended = record.starts_with("END");
    if (record.starts_with("COLUMN")) ++listed;
    if (record.starts_with("NCOL")) {
      const auto n = numbers_of(record, 3);
      if (n.size() < 2 || n[0] < 0 || n[0] > 10000 || n[1] < 0 || n[1] > 1000000000)
        refuse_reflections("the MTZ file is damaged", where, in_quotes(record),
                           "numbers of columns and reflections are impossible");
      if (n.size() > 2 && n[2] != 0)
        refuse_reflections("the reflections are not merged", where, std::to_string(n[2]) + " batches",
                           "each reflection must have one value");
      columns = n[0], reflections = n[1];
    }
    for (const char* counter : {"SYMI", "NDIF"})
      if (record.starts_with(counter))
        if (const auto n = numbers_of(record, 1); n.empty() || n[0] < 0 || n[0] > 1000)
          refuse_reflections("the MTZ file is damaged", where, in_quotes(record), "a count is impossible");
    // All operations, and those of a primitive cell: centrings make twice, three or four times as many.
    if (record.starts_with("SYMI"))
      if (const auto n = numbers_of(record, 2);
          n.size() == 2 && n[0] != n[1] && n[0] != 2 * n[1] && n[0] != 3 * n[1] && n[0] != 4 * n[1])
        refuse_reflections("the MTZ file is damaged", where, in_quotes(record), "a count is impossible");
  }
  if (!ended || columns < 3 || listed != columns)
    refuse_reflections("the MTZ file is damaged", where, "", "its header has no end, or columns are missing");
  if (reflections == 0) refuse_reflections("there are no reflections", where, "", "the file is empty");
  const std::int64_t have = (static_cast<std::int64_t>(word) - 1) * 4 - static_cast<std::int64_t>(record_bytes);
  if (columns * reflections * 4 > have)
    refuse_reflections(
        "the MTZ file is damaged", where, std::to_string(have) + " bytes of data",
        std::to_string(columns) + " columns of " + std::to_string(reflections) + " reflections are stated");
  return records;
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

/// Names of map coefficients.
bool names_map(const std::string& label) {
  return label.ends_with("WT") || label.find("FOFC") != std::string::npos || label.starts_with("FDEL") ||
         label.starts_with("DELF");
}

bool names_calculated(const std::string& label) {
  return label == "F" || label == "FP" || label.find("CALC") != std::string::npos || label.starts_with("FC") ||
         label.find("MODEL") != std::string::npos;
}

/// Whether the dataset of column i has one of the type with one of the names.
bool has_partner(const gemmi::Mtz& mtz, std::size_t i, char type, std::initializer_list<std::string> names) {
  return std::ranges::any_of(mtz.columns, [&](const auto& column) {
    return column.type == type && column.dataset_id == mtz.columns[i].dataset_id &&
           std::ranges::find(names, upper(column.label)) != names.end();
  });
}

/// By its standard deviation, next to it or by name, an amplitude is measured. Those with a phase are calculated ones
/// or coefficients of a map, which only their names tell apart: refused are those that do not say so.
Quantity quantity_of_amplitude(const gemmi::Mtz& mtz, std::size_t i) {
  const char next = i + 1 < mtz.columns.size() ? mtz.columns[i + 1].type : ' ';
  const std::string label = upper(mtz.columns[i].label);
  if (next == 'Q' || next == 'L' || has_partner(mtz, i, 'Q', {"SIG" + label, "SIG_" + label}))
    return Quantity::Amplitude;
  if (names_map(label)) return Quantity::Other;
  std::string rest = label;
  if (const auto f = rest.find('F'); f != rest.npos) rest.erase(f, 1);
  const bool has_phase =
      next == 'P' || has_partner(mtz, i, 'P', {"PH" + rest, "PHI" + rest, "PH" + label, "PHI" + label});
  if (names_calculated(label) && (has_phase || (label != "F" && label != "FP"))) return Quantity::Calculated;
  return has_phase ? Quantity::Other : Quantity::Amplitude;
}

Quantity quantity_of_mtz(const gemmi::Mtz& mtz, std::size_t i) {
  switch (mtz.columns[i].type) {
    case 'F': return quantity_of_amplitude(mtz, i);
    case 'G': return Quantity::AmplitudeOfPair;
    case 'J': return Quantity::Intensity;
    case 'K': return Quantity::IntensityOfPair;
    default: return Quantity::Other;
  }
}

/// F(+) - F(-), behind the mean of both and its standard deviation.
void take_differences(const gemmi::Mtz& mtz, ReflectionTable& table) {
  const auto is = [&](std::size_t i, char type, std::size_t of) {
    return i < mtz.columns.size() && mtz.columns[i].type == type &&
           mtz.columns[i].dataset_id == mtz.columns[of].dataset_id;
  };
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const std::size_t behind = is(i + 1, 'Q', i) ? i + 2 : i + 1;
    if (table.columns[i].quantity == Quantity::Amplitude && is(behind, 'D', i)) table.columns[i].difference = behind;
  }
}

/// Three columns of type H: those named H, K, L, else those of the first three that begin so, else in their order.
std::array<std::size_t, 3> index_columns(const gemmi::Mtz& mtz, ReflectionTable& table) {
  const std::vector<int> typed = mtz.positions_of_columns_with_type('H');
  if (typed.size() < 3)
    refuse_reflections("there are no Miller indices", table.where, std::to_string(typed.size()) + " columns of type H",
                       "h, k and l must have one each");
  const auto label = [&](int i) { return upper(mtz.columns[static_cast<std::size_t>(i)].label); };
  const auto whole = [&](int i, std::size_t axis) { return label(i) == std::string(1, "HKL"[axis]); };
  const auto first_letter = [&](int i, std::size_t axis) { return label(i).starts_with("HKL"[axis]); };
  const auto found_by = [&](const auto& is, std::size_t most) -> std::optional<std::array<std::size_t, 3>> {
    std::array<std::size_t, 3> columns{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      std::size_t count = 0;
      for (std::size_t j = 0; j < std::min(most, typed.size()); ++j)
        if (is(typed[j], axis) && count++ == 0) columns[axis] = static_cast<std::size_t>(typed[j]);
      if (count == 0 || (most == 3 && count > 1)) return {};
    }
    return columns;
  };
  auto columns = found_by(whole, typed.size() + 3);
  const bool usual = columns.has_value();
  if (!columns) columns = found_by(first_letter, 3);
  if (!columns)
    columns = {static_cast<std::size_t>(typed[0]), static_cast<std::size_t>(typed[1]),
               static_cast<std::size_t>(typed[2])};
  if (!usual || typed.size() > 3)
    table.notes.push_back("indices from " + mtz.columns[(*columns)[0]].label + ", " + mtz.columns[(*columns)[1]].label +
                          ", " + mtz.columns[(*columns)[2]].label + " of " + std::to_string(typed.size()) +
                          " columns of type H");
  return *columns;
}

/// 256 m + n: m is not zero for parts of a reflection, n is even for measurements of the Friedel mate.
void take_isym(const gemmi::Mtz& mtz, ReflectionTable& table) {
  const auto found = std::ranges::find_if(mtz.columns, [](const auto& column) {
    return column.type == 'Y' && (column.label == "M/ISYM" || column.label == "M_ISYM");
  });
  if (found == mtz.columns.end()) {
    for (const auto& column : mtz.columns)
      if (column.type == 'Y' && mtz.positions_of_columns_with_type('D').empty())
        table.warnings.push_back("column " + column.label + " of type Y is not used: it should be named M/ISYM");
    return;
  }
  table.unmerged = true;
  table.of_mates.resize(table.rows);
  for (std::size_t row = 0; row < table.rows; ++row) {
    const double value = mtz.data[row * mtz.columns.size() + found->idx];
    if (!(value >= 1 && value < 256))
      refuse_reflections("there are unmerged partial reflections", table.where + " " + table.name_of_row(row),
                         found->label + " " + format_number(value), "1 to 255 mean complete measurements",
                         "merge them first");
    table.of_mates[row] = static_cast<int>(value) % 2 == 0;
  }
  table.warnings.push_back(
      "unmerged reflections are averaged without scales and weights: merge them first for better amplitudes");
}

/// Damage to cell or indices shows here.
void check_resolution(const gemmi::Mtz& mtz, ReflectionTable& table) {
  if (!(mtz.max_1_d2 > 0)) return;
  double furthest = 0;
  std::vector<const gemmi::UnitCell*> cells{&mtz.cell};
  for (const auto& dataset : mtz.datasets) cells.push_back(&dataset.cell);
  for (const gemmi::UnitCell* cell : cells)
    if (cell->is_crystal() && cell->a > 0)
      for (std::size_t row = 0; row < table.rows; ++row)
        furthest = std::max(furthest, cell->calculate_1_d2(table.index(row)));
  if (!(std::abs(furthest / mtz.max_1_d2 - 1) > 0.05)) return;
  table.warnings.push_back("reflections reach " + format_number(1 / std::sqrt(furthest), 4) +
                           " A, although the header says " + format_number(1 / std::sqrt(mtz.max_1_d2), 4) +
                           " A: check cell and indices");
}

/// The gemmi library takes a cell without gamma for none.
void require_angles(std::string_view record, const std::string& where) {
  const std::string_view whole = record;
  record.remove_prefix(std::min(record.find(' '), record.size()));
  std::vector<double> numbers;
  for (auto next = number_prefix(record); next.length > 0; next = number_prefix(record)) {
    numbers.push_back(next.value);
    record.remove_prefix(next.length);
  }
  const std::size_t first = whole.starts_with("DCEL") ? 1 : 0;
  if (numbers.size() != first + 6 || (numbers[first] != 0 && numbers.back() == 0))
    refuse_reflections("the MTZ file is damaged", where, in_quotes(trimmed(whole)),
                       "a cell must have three edges and three angles");
}

/// What the gemmi library passes over in silence: records that it does not know, or of another dataset than the last.
void warn_of_records(const std::vector<std::string>& records, ReflectionTable& table) {
  static constexpr std::string_view known[] = {"VERS", "TITL", "NCOL", "CELL", "SORT", "SYMI", "SYMM",
                                               "RESO", "VALM", "COLU", "COLS", "COLG", "NDIF", "PROJ",
                                               "CRYS", "DATA", "DCEL", "DWAV", "BATC", "END "};
  static constexpr std::string_view of_datasets[] = {"CRYS", "DATA", "DCEL", "DWAV"};
  std::optional<std::int64_t> dataset;
  for (const std::string& record : records) {
    const auto is = [&](std::string_view keyword) { return record.starts_with(keyword); };
    const auto number = numbers_of(record, 1);
    if (is("PROJ") && !number.empty()) dataset = number[0];
    if (is("CELL") || is("DCEL")) require_angles(record, table.where);
    const bool foreign = std::ranges::any_of(of_datasets, is) && (number.empty() || number[0] != dataset);
    if (foreign || std::ranges::none_of(known, is))
      table.warnings.push_back("the header record " + in_quotes(trimmed(record)) + " is not used: " +
                               (foreign ? "its number differs from that of the dataset before it" : "it is unknown"));
  }
}

/// 1 1 1 and 0 0 0 stand for none.
gemmi::UnitCell cell_of_dataset(const gemmi::Mtz& mtz, const gemmi::Mtz::Dataset& dataset) {
  const gemmi::UnitCell& cell = dataset.cell;
  return cell.a == 0 || (cell.a == 1 && cell.b == 1 && cell.c == 1) ? mtz.cell : cell;
}

bool alike(const gemmi::UnitCell& a, const gemmi::UnitCell& b) {
  const auto close = [](double x, double y, double most) { return std::abs(x - y) <= most; };
  return close(a.a, b.a, 0.002 * b.a) && close(a.b, b.b, 0.002 * b.b) && close(a.c, b.c, 0.002 * b.c) &&
         close(a.alpha, b.alpha, 0.2) && close(a.beta, b.beta, 0.2) && close(a.gamma, b.gamma, 0.2);
}

void take_columns(const gemmi::Mtz& mtz, ReflectionTable& table) {
  for (const auto& dataset : mtz.datasets)
    table.datasets.push_back({dataset.dataset_name, cell_of(cell_of_dataset(mtz, dataset)), dataset.wavelength});
  // Of columns without a dataset.
  table.datasets.push_back({"", cell_of(mtz.cell), 0});
  std::string different;
  constexpr std::string_view types = "HJFDQGLKMEPWABYIR";
  for (std::size_t i = 0; i < mtz.columns.size(); ++i) {
    const auto& column = mtz.columns[i];
    const auto dataset = std::ranges::find(mtz.datasets, column.dataset_id, &gemmi::Mtz::Dataset::id);
    table.columns.push_back(
        {column.label, quantity_of_mtz(mtz, i), static_cast<std::size_t>(dataset - mtz.datasets.begin())});
    if (types.find(column.type) == types.npos)
      table.warnings.push_back("column " + column.label + " of the unknown type " + in_quotes({&column.type, 1}) +
                               " is not used");
    if (dataset == mtz.datasets.end())
      table.warnings.push_back("column " + column.label + " belongs to dataset " + std::to_string(column.dataset_id) +
                               ", which is missing: it gets the cell of the file");
    else if (table.columns.back().quantity != Quantity::Other && !alike(cell_of_dataset(mtz, *dataset), mtz.cell))
      different += (different.empty() ? "" : " ") + column.label;
  }
  take_differences(mtz, table);
  if (!different.empty())
    table.warnings.push_back("the cell of the dataset of " + different +
                             " differs from the cell of the file: that of the column's dataset is used");
}

}  // namespace

bool looks_like_mtz(std::string_view bytes) { return bytes.starts_with("MTZ "); }

ReflectionTable read_mtz(std::string_view bytes, const std::string& name) {
  ReflectionTable table;
  table.where = in_quotes(name);
  warn_of_records(check_mtz(bytes, table.where), table);
  const auto mtz = std::make_shared<gemmi::Mtz>();
  gemmi::MemoryStream stream(bytes.data(), bytes.size());
  mtz->read_stream(stream, true);
  const std::size_t width = mtz->columns.size();
  take_columns(*mtz, table);
  StatedSymmetry stated;
  for (const gemmi::Op& op : mtz->symops) stated.operations.push_back(op.triplet());
  if (!trimmed(mtz->spacegroup_name).empty()) stated.symbols = {mtz->spacegroup_name};
  stated.usual_setting = true;
  if (mtz->nsymop != static_cast<int>(mtz->symops.size()))
    refuse_reflections("the MTZ file is damaged", table.where,
                       std::to_string(mtz->symops.size()) + " symmetry operations",
                       std::to_string(mtz->nsymop) + " are stated");
  // Numbers beyond are CCP4's own for settings.
  const int number = mtz->spacegroup_number;
  const gemmi::SpaceGroup* listed =
      mtz->symops.empty() ? nullptr : gemmi::find_spacegroup_by_ops(gemmi::split_centering_vectors(mtz->symops));
  if (listed && number > 0 && number <= 230 && listed->number != number)
    table.warnings.push_back("the space group number " + std::to_string(number) +
                             " contradicts the symmetry operations, which are used: " + listed->xhm() + ", number " +
                             std::to_string(listed->number));
  else if (number > 0 && number <= 230)
    stated.number = number;
  const bool has_cell = mtz->cell.is_crystal() && mtz->cell.a > 1;
  take_symmetry(stated, has_cell || table.datasets.empty() ? cell_of(mtz->cell) : table.datasets.front().cell, table);
  table.rows = mtz->data.size() / width;
  table.name_of_row = [](std::size_t row) { return "reflection " + std::to_string(row + 1); };
  const auto indices = index_columns(*mtz, table);
  table.index = [=, where = table.where](std::size_t row) {
    Hkl hkl{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double value = mtz->data[row * width + indices[axis]];
      hkl[axis] = checked_index(value, format_number(value), where, "reflection " + std::to_string(row + 1));
    }
    return hkl;
  };
  table.value = [=](std::size_t row, std::size_t column) -> std::optional<double> {
    const float value = mtz->data[row * width + column];
    if (std::isnan(value) || value == mtz->valm) return std::nullopt;
    return value;
  };
  check_resolution(*mtz, table);
  take_isym(*mtz, table);
  return table;
}

}  // namespace femtobragg::atoms
