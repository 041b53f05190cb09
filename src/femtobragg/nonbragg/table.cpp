// Rows as nonBragg reads them, whatever they hold.
#include "femtobragg/nonbragg/table.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::nonbragg {
namespace {

constexpr std::string_view separators = " \t,;:!";
constexpr std::size_t longest_line = 10239;  // the rest of a longer one is a line of its own

/// Takes the next field off a line; empty: there is none.
std::string_view take_field(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(separators), line.size()));
  const std::string_view field = line.substr(0, line.find_first_of(separators));
  line.remove_prefix(field.size());
  return field;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::size_t length = std::min({end, text.size(), longest_line});
  const std::string_view line = text.substr(0, length);
  text.remove_prefix(length + (length == end ? 1 : 0));
  return line;
}

[[noreturn]] void refuse(const std::string& name, const char* what) {
  throw Error::runtime({.what = what,
                        .where = in_quotes(name),
                        .rule = "each line must have sin(theta)/lambda and a structure factor",
                        .remedy = "check the file"});
}

}  // namespace

Table parse_table(std::string_view text, double per_m, const std::string& name) {
  if (text.find('\0') != text.npos) refuse(name, "this is not a text file");
  Table table;
  table.s_per_m = {-1e99, -1e98};
  table.f.assign(Table::added, 0);
  std::optional<double> first_f;
  double last_f = 0;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const std::string_view first = take_field(line);
    if (first.empty()) continue;
    const auto s = number_prefix(first);
    table.comment_rows += s.length == 0;
    table.s_per_m.push_back(s.value * per_m);
    const std::string_view second = take_field(line);
    table.missing_f += second.empty();
    table.f.push_back(second.empty() ? 0 : number_prefix(second).value);
    if (!std::isfinite(s.value) || !std::isfinite(table.f.back())) refuse(name, "a number of the table is not finite");
    if (second.empty()) continue;
    last_f = table.f.back();
    if (!first_f) first_f = last_f;
  }
  if (table.s_per_m.size() == Table::added) refuse(name, "the table is empty");
  if (!first_f) refuse(name, "the table has only one column");
  table.f[0] = table.f[1] = *first_f;
  table.s_per_m.insert(table.s_per_m.end(), {1e98, 1e99});
  table.f.insert(table.f.end(), {last_f, last_f});
  table.sorted =
      std::ranges::adjacent_find(table.s_per_m, [](double a, double b) { return !(a < b); }) == table.s_per_m.end();
  return table;
}

std::vector<Interval> intervals(const Table& table) {
  std::vector<Interval> all(table.s_per_m.size() - 2);
  for (std::size_t near = 1; near < all.size(); ++near) {
    Interval& one = all[near];
    std::copy_n(table.s_per_m.begin() + static_cast<std::ptrdiff_t>(near) - 1, 4, one.s.begin());
    std::copy_n(table.f.begin() + static_cast<std::ptrdiff_t>(near) - 1, 4, one.f.begin());
    const auto& s = one.s;
    one.denominator = {(s[0] - s[1]) * (s[0] - s[2]) * (s[0] - s[3]), (s[1] - s[0]) * (s[1] - s[2]) * (s[1] - s[3]),
                       (s[2] - s[0]) * (s[2] - s[1]) * (s[2] - s[3]), (s[3] - s[0]) * (s[3] - s[1]) * (s[3] - s[2])};
  }
  return all;
}

}  // namespace femtobragg::nonbragg
