// Names in use for h, k, l, amplitudes and intensities.
#include "femtobragg/formats/hkl_columns.h"

#include <algorithm>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/plain_text.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"

namespace femtobragg::formats {
namespace {

struct KnownName {
  const char* name;  ///< letters and digits only, in lower case
  bool squared;
};

/// What is taken first stands first: measured before calculated, amplitudes before intensities.
constexpr KnownName known_names[] = {
    {"f", false},
    {"fobs", false},
    {"fo", false},
    {"fp", false},
    {"fmeas", false},
    {"fmeasau", false},
    {"famp", false},
    {"amplitude", false},
    {"amp", false},
    {"fhkl", false},
    {"f2", true},
    {"fsq", true},
    {"fsquared", true},
    {"fo2", true},
    {"fobs2", true},
    {"fsquaredmeas", true},
    {"i", true},
    {"iobs", true},
    {"imean", true},
    {"intensity", true},
    {"intensitymeas", true},
    {"ihkl", true},
    {"fc", false},
    {"fcalc", false},
    {"fmodel", false},
    {"fcalcau", false},
    {"fc2", true},
    {"fcalc2", true},
    {"fsquaredcalc", true},
};

std::string plain(std::string_view word) {
  std::string result;
  for (const char c : word)
    if (std::isalnum(static_cast<unsigned char>(c)))
      result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

std::vector<std::string> words_of(std::string_view line) {
  constexpr std::string_view between = " \t\r\v\f,;";
  std::vector<std::string> words;
  while (true) {
    const auto begin = line.find_first_not_of(between);
    if (begin == line.npos) return words;
    line.remove_prefix(begin);
    const std::string_view word = line.substr(0, line.find_first_of(between));
    words.emplace_back(word);
    line.remove_prefix(word.size());
  }
}

/// Named columns in their order; unnamed ones are empty.
using Names = std::vector<std::string>;

bool lists_indices(const Names& names) {
  for (const char* index : {"h", "k", "l"})
    if (std::ranges::count(names, index, plain) != 1) return false;
  return true;
}

struct Header {
  Names side_by_side, numbered;
  std::size_t line = 0;  ///< of a line that is no comment
  std::string first_row{};
};

void take_comment(std::string_view comment, Header& header) {
  const auto words = words_of(comment);
  constexpr std::string_view prefix = "column_";
  if (words.size() >= 2 && words[0].starts_with(prefix)) {
    const auto at = parse_integer(words[1]);
    if (!at || *at < 1 || *at > 1000) return;
    const auto column = static_cast<std::size_t>(*at - 1);
    if (header.numbered.size() <= column) header.numbered.resize(column + 1);
    header.numbered[column] = words[0].substr(prefix.size());
  } else if (words.size() >= 4 && plain(words[0]) == "h" && plain(words[1]) == "k" && plain(words[2]) == "l") {
    header.side_by_side = words;
  }
}

Header read_header(std::string_view text) {
  Header header;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = trimmed(line);
    if (line.empty()) continue;
    if (line.starts_with('#')) {
      take_comment(line.substr(1), header);
      continue;
    }
    const auto words = words_of(line.substr(0, 1000));
    if (header.line == 0 && !words.empty() && plain(words[0]) == "h" && lists_indices(words)) {
      header.side_by_side = words;
      header.line = number;
      continue;
    }
    header.first_row = line.substr(0, line.find('#'));
    break;
  }
  return header;
}

std::string list_of(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + (name.empty() ? "?" : name);
  return text;
}

const KnownName* known(const std::string& name) {
  const auto found =
      std::ranges::find(known_names, plain(name), [](const KnownName& k) { return std::string(k.name); });
  return found == std::end(known_names) ? nullptr : found;
}

std::optional<std::size_t> amplitude_column(const Names& names, const std::vector<std::string>& labels) {
  if (!labels.empty()) {
    const auto found = std::ranges::find(names, labels.front());
    return found == names.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - names.begin()));
  }
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (const KnownName* name = known(names[i]); name && (!best || name < known(names[*best]))) best = i;
  return best;
}

HklColumns named_columns(const Names& names, const std::string& name, const std::vector<std::string>& labels) {
  HklColumns columns;
  columns.stated = true;
  for (std::size_t axis = 0; axis < 3; ++axis)
    columns.indices[axis] =
        static_cast<std::size_t>(std::ranges::find(names, std::string(1, "hkl"[axis]), plain) - names.begin());
  const auto amplitude = amplitude_column(names, labels);
  if (!amplitude)
    throw Error::runtime({.what = labels.empty() ? "no amplitudes" : "no such column",
                          .where = in_quotes(name),
                          .value = labels.empty() ? "" : in_quotes(labels.front()),
                          .rule = "its header names " + list_of(names),
                          .remedy = "name one of them with -labels"});
  columns.amplitude = *amplitude;
  const KnownName* found = known(names[*amplitude]);
  columns.squared = found && found->squared;
  columns.notes.push_back((columns.squared ? "square roots of " : "") + names[*amplitude] + " (chosen among " +
                          list_of(names) + ")");
  return columns;
}

}  // namespace

HklColumns hkl_columns(std::string_view text, const std::string& name, const std::vector<std::string>& labels) {
  const Header header = read_header(text);
  HklColumns columns;
  if (lists_indices(header.numbered)) {
    columns = named_columns(header.numbered, name, labels);
    const auto multiplicity = std::ranges::find(header.numbered, "j", plain);
    if (multiplicity != header.numbered.end())
      columns.warnings.push_back(
          "the list may hold one of each set of equivalents, for it has a column of "
          "multiplicities: no symmetry is added");
  } else if (lists_indices(header.side_by_side)) {
    columns = named_columns(header.side_by_side, name, labels);
  } else if (!labels.empty()) {
    const KnownName* found = known(labels.front());
    if (!found)
      throw Error::runtime({.what = "no such column",
                            .where = in_quotes(name),
                            .value = in_quotes(labels.front()),
                            .rule = "its columns have no names, the fourth one is F or I",
                            .remedy = "say -labels F or -labels I"});
    columns.squared = found->squared;
    columns.stated = true;
    columns.notes.push_back(std::string(columns.squared ? "square roots of" : "") + " the fourth column");
  }
  columns.header_line = header.line;
  const Commas commas = commas_in(header.first_row);
  columns.separated = commas != Commas::Unclear && header.first_row.find_first_of(",;") != std::string::npos;
  columns.decimal_commas = commas == Commas::Decimal;
  return columns;
}

}  // namespace femtobragg::formats
