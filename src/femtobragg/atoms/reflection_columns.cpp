// By the names that were asked for, or by what columns hold.
#include "femtobragg/atoms/reflection_columns.h"

#include <algorithm>
#include <utility>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::atoms {
namespace {

struct Kind {
  Quantity quantity;
  bool squared, pair;
};

/// What is taken first stands first.
constexpr Kind kinds[] = {
    {Quantity::AmplitudeOfPair, false, true},   {Quantity::Amplitude, false, false},
    {Quantity::IntensityOfPair, true, true},    {Quantity::Intensity, true, false},
    {Quantity::SquaredAmplitude, true, false},  {Quantity::Calculated, false, false},
    {Quantity::CalculatedSquared, true, false},
};

Kind kind_of(Quantity quantity) {
  const auto found = std::ranges::find(kinds, quantity, &Kind::quantity);
  return found == std::end(kinds) ? Kind{quantity, false, false} : *found;
}

constexpr std::pair<const char*, const char*> signs[] = {
    {"(+)", "(-)"}, {"_plus", "_minus"}, {"plus", "minus"}, {"PLUS", "MINUS"}, {"+", "-"}};

bool is_mates(const std::string& label) {
  return std::ranges::any_of(signs, [&](const auto& sign) {
    return sign.second == std::string("-") ? label.ends_with('-') : label.find(sign.second) != std::string::npos;
  });
}

class Columns {
 public:
  explicit Columns(const ReflectionTable& table) : table_(table), columns_(table.columns) {}

  std::string list(const std::vector<std::size_t>& which) const {
    std::string text;
    for (const std::size_t i : which) text += (text.empty() ? "" : " ") + name(i);
    return text;
  }
  std::string list() const {
    std::string text;
    for (const Column& column : columns_) text += (text.empty() ? "" : " ") + column.label;
    return text;
  }

  /// With its dataset where the label alone is ambiguous.
  std::string name(std::size_t i) const {
    const bool alone = std::ranges::count(columns_, columns_[i].label, &Column::label) == 1;
    return alone ? columns_[i].label : qualified(i);
  }

  std::size_t named(const std::string& label) const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (columns_[i].label == label || qualified(i) == label) found.push_back(i);
    if (found.size() == 1) return found.front();
    throw Error::runtime({.what = found.empty() ? "there is no such column" : "several columns have this name",
                          .where = table_.where,
                          .value = in_quotes(label),
                          .rule = "it has " + (found.empty() ? list() : list(found)),
                          .remedy = "set structure_factors.columns to one of them"});
  }

  /// The column of the Friedel mates: by its name, or the next one of the same type and dataset.
  std::optional<std::size_t> mate(std::size_t i) const {
    if (const auto label = mate_of(columns_[i].label)) {
      for (std::size_t j = 0; j < columns_.size(); ++j)
        if (columns_[j].label == *label && alike(i, j)) return j;
      return std::nullopt;
    }
    if (!kind_of(columns_[i].quantity).pair || is_mates(columns_[i].label)) return std::nullopt;
    std::size_t before = 0;
    for (std::size_t j = 0; j < i; ++j) before += alike(i, j) && !by_name(j);
    if (before % 2 == 1) return std::nullopt;
    for (std::size_t j = i + 1; j < columns_.size(); ++j)
      if (alike(i, j) && !by_name(j)) return j;
    return std::nullopt;
  }

  std::vector<std::size_t> candidates(const Kind& kind) const {
    std::vector<std::size_t> found;
    std::vector<bool> taken(columns_.size(), false);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].quantity != kind.quantity || taken[i]) continue;
      const auto other = mate(i);
      if (kind.pair && !other) continue;
      if (other) taken[*other] = true;
      found.push_back(i);
    }
    return found;
  }

 private:
  std::string qualified(std::size_t i) const {
    const std::size_t dataset = columns_[i].dataset;
    const bool known = dataset < table_.datasets.size() && !table_.datasets[dataset].name.empty();
    return (known ? table_.datasets[dataset].name + "/" : "") + columns_[i].label;
  }
  bool alike(std::size_t i, std::size_t j) const {
    return i != j && columns_[i].quantity == columns_[j].quantity && columns_[i].dataset == columns_[j].dataset;
  }
  bool by_name(std::size_t i) const { return mate_of(columns_[i].label) || is_mates(columns_[i].label); }

  const ReflectionTable& table_;
  const std::vector<Column>& columns_;
};

ColumnChoice chosen(const Columns& columns, const ReflectionTable& table, std::size_t first,
                    std::optional<std::size_t> mate, std::optional<std::size_t> difference, const std::string& how) {
  ColumnChoice choice{first, mate, difference, kind_of(table.columns[first].quantity).squared, ""};
  const std::string names =
      columns.name(first) + (mate ? " and " + columns.name(*mate) : "") +
      (difference ? ", half of " + columns.name(*difference) + " added and subtracted for the Friedel mates," : "");
  choice.description = (choice.squared ? "square roots of " : "") + names + how;
  return choice;
}

ColumnChoice asked_for(const Columns& columns, const ReflectionTable& table, const std::vector<std::string>& labels) {
  const std::size_t first = columns.named(labels.front());
  const Quantity quantity = table.columns[first].quantity;
  std::optional<std::size_t> mate = columns.mate(first), difference;
  std::vector<std::string> warnings;
  std::string how;
  for (std::size_t i = 1; i < labels.size(); ++i) {
    const std::size_t other = columns.named(labels[i]);
    if (i == 1 && other != first && table.columns[other].quantity == quantity && quantity != Quantity::Other) {
      if (!kind_of(quantity).pair && mate != other)
        warnings.push_back(labels[i] + " is taken for the Friedel mates of " + labels[0] +
                           ", although neither name nor type says so");
      mate = other;
    } else if (i == 1 && other == table.columns[first].difference) {
      difference = other;
    } else {
      // Standard deviations and phases may be named for completeness.
      const std::string text = labels[i] + " is not used";
      if (table.columns[other].quantity == Quantity::Other)
        how += ", " + text;
      else
        warnings.push_back(text);
    }
  }
  if (quantity == Quantity::Other)
    warnings.push_back("the type of column " + labels[0] + " says that it has no amplitudes");
  ColumnChoice choice = chosen(columns, table, first, mate, difference, how);
  choice.warnings = std::move(warnings);
  return choice;
}

}  // namespace

std::optional<std::string> mate_of(const std::string& label) {
  for (const auto& [plus, minus] : signs)
    if (const auto at = label.rfind(plus);
        at != std::string::npos && (plus != std::string("+") || at + 1 == label.size()))
      return label.substr(0, at) + minus + label.substr(at + std::string(plus).size());
  return std::nullopt;
}

ColumnChoice choose_columns(const ReflectionTable& table, const std::vector<std::string>& labels) {
  const Columns columns(table);
  if (!labels.empty()) return asked_for(columns, table, labels);
  for (const Kind& kind : kinds) {
    const auto candidates = columns.candidates(kind);
    if (candidates.empty()) continue;
    const std::size_t first = candidates.front();
    ColumnChoice choice = chosen(columns, table, first, columns.mate(first), table.columns[first].difference,
                                 " (chosen among " + columns.list() + ")");
    if (candidates.size() > 1)
      choice.warnings.push_back("the first of several columns of one kind is used, " + columns.name(first) + " of " +
                                columns.list(candidates) + ": set structure_factors.columns to another one");
    return choice;
  }
  const auto alone =
      std::ranges::find_if(table.columns, [](const Column& column) { return kind_of(column.quantity).pair; });
  throw Error::runtime(
      {.what = "there are no amplitudes",
       .where = table.where,
       .value = columns.list(),
       .rule = alone != table.columns.end()
                   ? alone->label + " belongs to Friedel mates, and the column of the other mates is missing"
                   : "a column of amplitudes or intensities is needed; map coefficients are not used",
       .remedy = "set structure_factors.columns to one, or use another file"});
}

}  // namespace femtobragg::atoms
