// By the names that were asked for, or by what columns hold.
#include "femtobragg/atoms/reflection_columns.h"

#include <algorithm>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::atoms {
namespace {

std::string list_of(const std::vector<Column>& columns) {
  std::string text;
  for (const Column& column : columns) text += (text.empty() ? "" : " ") + column.label;
  return text;
}

std::optional<std::size_t> find(const std::vector<Column>& columns, const std::string& label) {
  const auto found = std::ranges::find(columns, label, &Column::label);
  if (found == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns.begin());
}

bool is_squared(Quantity quantity) {
  return quantity == Quantity::Intensity || quantity == Quantity::IntensityOfPair ||
         quantity == Quantity::SquaredAmplitude;
}

/// Coefficients of maps are amplitudes by type only.
bool is_map_coefficient(const std::string& label) {
  for (const char* part : {"WT", "2FO", "DEL", "FWT", "FOFC", "FOM"})
    if (label.find(part) != std::string::npos) return true;
  return false;
}

ColumnChoice chosen(const std::vector<Column>& columns, std::size_t first, const std::string& how) {
  ColumnChoice choice{first, {}, is_squared(columns[first].quantity), ""};
  std::string names = columns[first].label;
  if (const auto mate = mate_of(names))
    if (const auto found = find(columns, *mate)) {
      choice.mate = found;
      names += " and " + *mate;
    }
  choice.description = (choice.squared ? "square roots of " : "") + names + how;
  return choice;
}

}  // namespace

std::optional<std::string> mate_of(const std::string& label) {
  for (const auto& [plus, minus] : {std::pair{"(+)", "(-)"}, std::pair{"_plus", "_minus"}})
    if (const auto at = label.find(plus); at != std::string::npos)
      return label.substr(0, at) + minus + label.substr(at + std::string(plus).size());
  return std::nullopt;
}

ColumnChoice choose_columns(const std::vector<Column>& columns, const std::vector<std::string>& labels,
                            const std::string& name) {
  if (!labels.empty()) {
    const auto found = find(columns, labels.front());
    if (!found)
      throw Error::runtime({.what = "no such column",
                            .where = in_quotes(name),
                            .value = in_quotes(labels.front()),
                            .rule = "it has " + list_of(columns),
                            .remedy = "name one of them with -labels"});
    const bool other = columns[*found].quantity == Quantity::Other;
    return chosen(columns, *found, other ? " (by its type it holds no amplitudes)" : "");
  }
  using enum Quantity;
  for (const Quantity wanted : {AmplitudeOfPair, Amplitude, IntensityOfPair, Intensity, SquaredAmplitude, Calculated})
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Column& column = columns[i];
      const bool pair = wanted == AmplitudeOfPair || wanted == IntensityOfPair;
      if (column.quantity != wanted || is_map_coefficient(column.label)) continue;
      if (pair && !(mate_of(column.label) && find(columns, *mate_of(column.label)))) continue;
      return chosen(columns, i, " (chosen among " + list_of(columns) + ")");
    }
  throw Error::runtime({.what = "no amplitudes",
                        .where = in_quotes(name),
                        .value = list_of(columns),
                        .rule = "a column of amplitudes or intensities is needed",
                        .remedy = "name one with -labels, or use another file"});
}

}  // namespace femtobragg::atoms
