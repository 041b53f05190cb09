// Comments are headers only where their words are names of as many columns as there are.
#include "femtobragg/formats/tables/hkl_header.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "femtobragg/base/error.h"
#include "femtobragg/base/plain_text.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"

namespace femtobragg::formats {
namespace {

using Names = std::vector<std::string>;

constexpr std::string_view blanks_within_line = " \t\r\v\f";

std::string_view unquoted(std::string_view field) {
  field = trimmed(field);
  const bool quoted = field.size() >= 2 && field.front() == field.back() && (field[0] == '"' || field[0] == '\'');
  return quoted ? trimmed(field.substr(1, field.size() - 2)) : field;
}

Names split(std::string_view line, std::string_view separators, bool keep_empty) {
  Names fields;
  while (true) {
    const std::size_t end = std::min(line.find_first_of(separators), line.size());
    const std::string_view field = unquoted(line.substr(0, end));
    if (keep_empty || !field.empty()) fields.emplace_back(field);
    if (end == line.size()) return fields;
    line.remove_prefix(end + 1);
  }
}

/// Lines between columns are no names.
Names without_bars(Names words) {
  std::erase(words, "|");
  return words;
}

/// What stands in parentheses behind a blank belongs to the name before it: d (A).
Names with_units(const Names& words) {
  Names names;
  for (const std::string& word : words)
    if (word.starts_with('(') && !names.empty())
      names.back() += " " + word;
    else
      names.push_back(word);
  return names;
}

bool lists_indices(const Names& names) {
  for (const char* index : {"h", "k", "l"})
    if (std::ranges::count(names, index, [](const std::string& word) { return column_name(word).plain; }) != 1)
      return false;
  return true;
}

/// The names in a line, divided as it may be; preferred are as many as there are columns.
Names names_in(std::string_view line, std::size_t columns) {
  const auto first = line.find_first_not_of(blanks_within_line);
  if (first == line.npos) return {};
  if (line[first] == '!') line.remove_prefix(first + 1);
  // "columns: h k l F"
  if (const auto colon = line.find(':');
      colon != line.npos && line.find_first_of(blanks_within_line, line.find_first_not_of(blanks_within_line)) > colon)
    line.remove_prefix(colon + 1);
  const Names by_blanks = without_bars(split(line, " \t\r\v\f,;", false));
  Names best;
  for (const Names& names :
       {split(line, ";", true), split(line, ",", true), split(line, "\t", true), with_units(by_blanks), by_blanks})
    if (lists_indices(names) && (best.empty() || (names.size() == columns && best.size() != columns))) best = names;
  return best;
}

/// As many names as columns, fewer that say all, or h k l F in front whatever follows.
bool fits(const Names& names, std::size_t columns) {
  const auto is_known = [](const std::string& word) {
    const std::string plain = column_name(word).plain;
    return plain == "h" || plain == "k" || plain == "l" || names_amplitude(word);
  };
  if (names.size() == columns || (names.size() < columns && std::ranges::all_of(names, is_known))) return true;
  return names.size() >= 4 && columns >= 4 && lists_indices({names.begin(), names.begin() + 3}) &&
         names_amplitude(names[3]);
}

char separator_of(std::string_view row) {
  if (row.find(';') != row.npos) return ';';
  if (row.find(',') != row.npos && commas_in(row) == Commas::Separate) return ',';
  return row.find('\t') != row.npos ? '\t' : ' ';
}

bool has_decimal_comma(std::string_view text) {
  const auto digit = [&](std::size_t i) {
    return i < text.size() && std::isdigit(static_cast<unsigned char>(text[i]));
  };
  for (std::size_t at = text.find(','); at != text.npos; at = text.find(',', at + 1))
    if (at > 0 && digit(at - 1) && digit(at + 1)) return true;
  return false;
}

/// Whether rows have as many fields between tabs, though they differ in what is not empty.
bool tabs_divide(std::string_view rows) {
  std::size_t fields = 0, words = 0;
  bool words_differ = false;
  while (!rows.empty()) {
    const std::string_view line = rows.substr(0, rows.find('\n'));
    rows.remove_prefix(std::min(line.size() + 1, rows.size()));
    if (trimmed(line).empty() || trimmed(line).starts_with('#')) continue;
    const Names between = split(line, "\t", true);
    const auto filled = between.size() - static_cast<std::size_t>(std::ranges::count(between, ""));
    if (fields == 0) fields = between.size(), words = filled;
    if (between.size() != fields) return false;
    words_differ = words_differ || filled != words;
  }
  return words_differ;
}

/// How many fields the separator divides the table into; 0: columns are only aligned, with blanks beside
/// separators or several tabs side by side.
std::size_t divided(char separator, std::string_view header, std::string_view rows) {
  const Names names = split(header, std::string_view(&separator, 1), true);
  if (lists_indices(names)) return names.size();
  const std::string_view row = trimmed(rows.substr(0, rows.find('\n')));
  Names fields = split(row.substr(0, row.find('#')), std::string_view(&separator, 1), true);
  while (!fields.empty() && fields.back().empty()) fields.pop_back();
  const bool aligned = std::ranges::any_of(
      fields, [](const auto& field) { return field.find_first_of(blanks_within_line) != field.npos; });
  if (fields.size() < 4 || aligned) return 0;
  return separator != '\t' || std::ranges::count(fields, "") == 0 || tabs_divide(rows) ? fields.size() : 0;
}

/// Reads lines up to the first row.
class HklHeaderReader {
 public:
  HklHeaderReader(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  HklHeader header() {
    read_lines();
    take_rule();
    const std::size_t columns = first_row_.empty() ? 0 : header_.rule.fields(first_row_).size();
    if (lists_indices(numbered_))
      header_.names = numbered_;
    else if (!names_line_.empty())
      take_names_line(columns);
    else
      take_comments(columns);
    take_cell();
    return std::move(header_);
  }

 private:
  void read_lines() {
    for (std::size_t number = 1; !text_.empty(); ++number) {
      std::string_view line = text_.substr(0, text_.find('\n'));
      const std::string_view from_here = text_;
      text_.remove_prefix(std::min(line.size() + 1, text_.size()));
      line = trimmed(line);
      const bool is_comment = line.starts_with('#');
      const std::string_view content = trimmed(line.substr(std::min(line.find_first_not_of('#'), line.size())));
      if (content.starts_with("CrystFEL reflection list"))
        header_.end_line = "End of reflections", in_preamble_ = !is_comment;
      if (!header_.end_line.empty() && content.starts_with("Symmetry:")) take_symmetry(content);
      if (is_comment) take_comment(content);
      if (is_comment || line.empty()) continue;
      if (names_line_.empty() && is_line_of_names(line)) {
        names_line_ = line;
        in_preamble_ = false;
      } else if (!in_preamble_) {
        text_ = from_here;
        first_row_ = trimmed(line.substr(0, line.find('#')));
        return;
      }
      header_.last_line = number;
    }
  }

  void take_rule() {
    FieldRule& rule = header_.rule;
    rule.separator = separator_of(first_row_);
    if (rule.separator == ' ') return;
    rule.decimal_commas = rule.separator == ';' && has_decimal_comma(text_);
    std::string_view names = names_line_;
    for (const std::string_view comment : comments_)
      if (lists_indices(split(comment, std::string_view(&rule.separator, 1), true))) names = comment;
    rule.count = divided(rule.separator, names, text_);
  }

  bool is_line_of_names(std::string_view line) const {
    const Names names = names_in(line.substr(0, 1000), 0);
    return !names.empty() &&
           std::ranges::none_of(names, [](const auto& word) { return parse_number(word).has_value(); });
  }

  void take_symmetry(std::string_view line) {
    const std::string_view group = trimmed(line.substr(line.find(':') + 1));
    if (group != "1")
      header_.warnings.push_back("the list has only one of each set of equivalents, with symmetry " + in_quotes(group) +
                                 ": no equivalents are added");
  }

  void take_comment(std::string_view comment) {
    const Names words = split(comment.substr(0, 1000), " \t\r\v\f,;", false);
    constexpr std::string_view prefix = "column_";
    if (words.size() >= 2 && words[0].starts_with(prefix)) {
      const auto at = parse_integer(words[1]);
      if (!at || *at < 1 || *at > 1000) return;
      const auto column = static_cast<std::size_t>(*at - 1);
      if (numbered_.size() <= column) numbered_.resize(column + 1);
      numbered_[column] = words[0].substr(prefix.size());
    } else if (words.size() >= 2 && words[0].starts_with("lattice_")) {
      if (const auto value = parse_number(words[1]); value && *value > 0) lattice_[words[0]] = *value;
    } else if (words.size() >= 4) {
      comments_.push_back(comment.substr(0, 1000));
    }
  }

  void take_names_line(std::size_t columns) {
    header_.names = names_in(names_line_, columns);
    if (columns > 0 && !fits(header_.names, columns))
      throw Error::runtime({.what = "the names do not fit the columns",
                            .where = in_quotes(name_) + " line " + std::to_string(header_.last_line),
                            .value = in_quotes(names_line_.substr(0, 100)),
                            .rule = "it has " + std::to_string(header_.names.size()) + " names, the first row " +
                                    std::to_string(columns) + " columns",
                            .remedy = "give one name without blanks for each column"});
  }

  void take_comments(std::size_t columns) {
    std::string_view unclear;
    for (const std::string_view comment : comments_) {
      const Names names = names_in(comment, columns);
      if (!names.empty() && fits(names, columns))
        header_.names = names;
      else if (!names.empty())
        unclear = comment;
    }
    if (header_.names.empty() && !unclear.empty())
      header_.warnings.push_back("the comment " + in_quotes(unclear.substr(0, 100)) +
                                 " does not give the names of the " + std::to_string(columns) +
                                 " columns: they are read as h k l F");
  }

  void take_cell() {
    if (!lattice_.contains("lattice_a") || !lattice_.contains("lattice_b") || !lattice_.contains("lattice_c")) return;
    const auto angle = [&](const char* key) {
      return radians_from_degrees(lattice_.contains(key) ? lattice_.at(key) : 90.0);
    };
    header_.cell = UnitCell{lattice_.at("lattice_a"), lattice_.at("lattice_b"), lattice_.at("lattice_c"),
                            angle("lattice_aa"),      angle("lattice_bb"),      angle("lattice_cc")};
  }

  std::string_view text_;  ///< from the first row on, in the end
  const std::string& name_;
  HklHeader header_;
  std::string_view names_line_, first_row_;
  std::vector<std::string_view> comments_;
  Names numbered_;
  bool in_preamble_ = false;  ///< of CrystFEL, whose lines are no comments
  std::map<std::string, double> lattice_;
};

}  // namespace

std::vector<std::string> FieldRule::fields(std::string_view line) const {
  if (separator != ' ' && count > 0) return split(line, std::string_view(&separator, 1), true);
  return split(line, separator == ' ' ? " \t\r\v\f" : std::string(" \t\r\v\f") + separator, false);
}

HklHeader read_hkl_header(std::string_view text, const std::string& name) {
  return HklHeaderReader(text, name).header();
}

ColumnName column_name(const std::string& word) {
  std::string text = in_lower_case(word.substr(0, word.find(" (")));
  ColumnName name;
  constexpr std::pair<const char*, int> signs[] = {{"(+)", 1},    {"(-)", -1}, {"plus", 1},
                                                   {"minus", -1}, {"+", 1},    {"-", -1}};
  for (const auto& [mark, sign] : signs)
    if (text.ends_with(mark)) {
      name.sign = sign;
      text.erase(text.size() - std::string_view(mark).size());
      break;
    }
  for (const char c : text)
    if (std::isalnum(static_cast<unsigned char>(c))) name.plain += c;
  return name;
}

}  // namespace femtobragg::formats
