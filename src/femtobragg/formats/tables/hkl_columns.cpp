// Names in use for h, k, l, amplitudes and intensities.
#include "femtobragg/formats/tables/hkl_columns.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::formats {
namespace {

using Names = std::vector<std::string>;

struct KnownName {
  const char* name;  ///< letters and digits only, in lower case
  bool squared;
};

/// What is taken first stands first: measured before calculated, amplitudes before intensities.
constexpr KnownName known_names[] = {
    {"f", false},       {"fobs", false},  {"fo", false},          {"fp", false},           {"fmeas", false},
    {"fmeasau", false}, {"famp", false},  {"amplitude", false},   {"amp", false},          {"fhkl", false},
    {"f2", true},       {"fsq", true},    {"fsqr", true},         {"fsquared", true},      {"fo2", true},
    {"fosq", true},     {"fobs2", true},  {"fsquaredmeas", true}, {"if2", true},           {"i", true},
    {"iobs", true},     {"imean", true},  {"intensity", true},    {"intensitymeas", true}, {"ihkl", true},
    {"fc", false},      {"fcalc", false}, {"fmodel", false},      {"fcalcau", false},      {"fc2", true},
    {"fcsq", true},     {"fcalc2", true}, {"fsquaredcalc", true},
};

/// How many equivalents a row stands for.
constexpr const char* multiplicities[] = {"j", "m", "mu", "mul", "mult", "multi", "multiplicity"};

const KnownName* known(const std::string& word) {
  const auto found =
      std::ranges::find(known_names, column_name(word).plain, [](const KnownName& k) { return std::string(k.name); });
  return found == std::end(known_names) ? nullptr : found;
}

std::string list_of(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + (name.empty() ? "?" : name);
  return text;
}

/// Of the same quantity, for -h -k -l.
std::optional<std::size_t> mate_of(const Names& names, std::size_t at) {
  const ColumnName name = column_name(names[at]);
  for (std::size_t i = 0; name.sign > 0 && i < names.size(); ++i)
    if (const ColumnName other = column_name(names[i]); other.sign < 0 && other.plain == name.plain) return i;
  return {};
}

/// Pairs of Friedel mates before means of them.
std::vector<std::size_t> amplitude_columns(const Names& names, const std::vector<std::string>& labels) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (labels.empty() ? known(names[i]) && column_name(names[i]).sign >= 0 : names[i] == labels.front())
      found.push_back(i);
  std::ranges::stable_sort(found, {}, [&](std::size_t i) { return std::tuple(known(names[i]), !mate_of(names, i)); });
  return found;
}

HklColumns named_columns(const Names& names, const std::string& name, const std::vector<std::string>& labels) {
  HklColumns columns;
  columns.stated = true;
  const auto plain = [](const std::string& word) { return column_name(word).plain; };
  for (std::size_t axis = 0; axis < 3; ++axis)
    columns.indices[axis] =
        static_cast<std::size_t>(std::ranges::find(names, std::string(1, "hkl"[axis]), plain) - names.begin());
  const auto found = amplitude_columns(names, labels);
  if (found.empty())
    throw Error::runtime({.what = labels.empty() ? "there are no amplitudes" : "there is no such column",
                          .where = in_quotes(name),
                          .value = labels.empty() ? "" : in_quotes(labels.front()),
                          .rule = "its header names " + list_of(names),
                          .remedy = "set structure_factors.columns to one of them"});
  columns.amplitude = found.front();
  columns.mate = mate_of(names, columns.amplitude);
  const KnownName* quantity = known(names[columns.amplitude]);
  columns.squared = quantity && quantity->squared;
  const std::string chosen = names[columns.amplitude] + (columns.mate ? " and " + names[*columns.mate] : "");
  columns.notes.push_back((columns.squared ? "square roots of " : "") + chosen + " (chosen among " + list_of(names) +
                          (quantity ? ")" : "; read as amplitudes)"));
  if (found.size() > 1 && names[found[1]] == names[found[0]])
    columns.warnings.push_back("the first of several columns named " + names[found[0]] + " is used");
  if (std::ranges::any_of(multiplicities, [&](const char* m) { return std::ranges::count(names, m, plain) > 0; }))
    columns.warnings.push_back(
        "the list may have only one of each set of equivalents, because it has a column of multiplicities: no symmetry "
        "is "
        "added");
  return columns;
}

}  // namespace

bool names_amplitude(const std::string& word) { return known(word) != nullptr; }

HklColumns hkl_columns(std::string_view text, const std::string& name, const std::vector<std::string>& labels) {
  HklHeader header = read_hkl_header(text, name);
  HklColumns columns;
  if (!header.names.empty()) {
    columns = named_columns(header.names, name, labels);
  } else if (!labels.empty()) {
    const KnownName* found = known(labels.front());
    if (!found)
      throw Error::runtime({.what = "there is no such column",
                            .where = in_quotes(name),
                            .value = in_quotes(labels.front()),
                            .rule = "its columns have no names; the fourth column is F or I",
                            .remedy = "set structure_factors.columns to F or I"});
    columns.squared = found->squared;
    columns.stated = true;
    columns.notes.push_back(std::string(columns.squared ? "square roots of" : "") + " the fourth column");
  }
  std::ranges::copy(header.warnings, std::back_inserter(columns.warnings));
  columns.header = std::move(header);
  return columns;
}

}  // namespace femtobragg::formats
