// Lines of "# Word value unit".
#include "femtobragg/formats/image/mini_header.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/unit_names.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"

namespace femtobragg::formats {
namespace {

constexpr std::string_view mini_header_blanks = " \t\r:=()";

/// Calls `use` with each line, without its sign of a comment.
template <class Use>
void each_line(std::string_view text, Use&& use) {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line.remove_prefix(std::min(line.find_first_not_of("# \t"), line.size()));
    use(line);
  }
}

/// What stands behind each line's word; a word ends with the line, a blank or a comma.
template <class Use>
void each_value(std::string_view text, std::string_view word, Use&& use) {
  each_line(text, [&](std::string_view line) {
    if (!line.starts_with(word)) return;
    line.remove_prefix(word.size());
    if (line.empty() || line.front() == ',' || mini_header_blanks.find(line.front()) != mini_header_blanks.npos)
      use(line);
  });
}

bool begins_number(std::string_view word) {
  if (word.starts_with('-') || word.starts_with('+')) word.remove_prefix(1);
  if (word.starts_with('.')) word.remove_prefix(1);
  return !word.empty() && std::isdigit(static_cast<unsigned char>(word.front()));
}

}  // namespace

std::optional<std::string_view> MiniHeader::find(std::string_view word) const {
  std::optional<std::string_view> last;
  each_value(text_, word, [&](std::string_view value) { last = value; });
  return last;
}

std::optional<std::string_view> MiniHeader::find_number(std::string_view word) const {
  const auto line = find(word);
  return line && line->find_first_of("0123456789") != line->npos ? line : std::nullopt;
}

std::optional<std::pair<std::string_view, std::string_view>> MiniHeader::sensor() const {
  std::optional<std::pair<std::string_view, std::string_view>> last;
  each_line(text_, [&](std::string_view line) {
    constexpr std::string_view word = " sensor";
    const std::size_t at = line.find(word);
    if (at == line.npos || line.find("thickness", at) == line.npos) return;
    const std::string_view rest = line.substr(at + word.size());
    if (!rest.starts_with(',') && !rest.starts_with(' ')) return;
    last = {line.substr(0, at), rest};
  });
  return last;
}

std::vector<std::string> MiniHeader::repeated(std::initializer_list<std::string_view> words) const {
  std::vector<std::string> sentences;
  for (const std::string_view word : words) {
    std::vector<std::string_view> values;
    each_value(text_, word, [&](std::string_view value) { values.push_back(trimmed(value)); });
    if (std::ranges::adjacent_find(values, std::ranges::not_equal_to()) != values.end())
      sentences.push_back(std::string(word) + " occurs " + std::to_string(values.size()) +
                          " times in its header, with different values; the last one is used: " +
                          in_quotes(values.back().substr(0, 60)));
  }
  return sentences;
}

std::vector<MiniHeader::Quantity> MiniHeader::quantities(std::string_view line, bool commas_separate) const {
  std::vector<Quantity> found;
  const std::string ends = std::string(mini_header_blanks) + (commas_separate ? "," : "");
  for (std::string_view rest = line; !rest.empty();) {
    rest.remove_prefix(std::min(rest.find_first_not_of(ends), rest.size()));
    std::string_view word = rest.substr(0, rest.find_first_of(ends));
    rest.remove_prefix(word.size());
    while (word.ends_with(',')) word.remove_suffix(1);
    if (!begins_number(word)) {
      if (!found.empty() && found.back().unit.empty() && word != "x") found.back().unit = word;
      continue;
    }
    if (word.find(',') != word.npos)
      refuse("a number has a comma", line,
             "it could be a decimal point or separate thousands: write the number without it");
    const auto number = number_prefix(word);
    if (!std::isfinite(number.value)) refuse("a number is impossible", line, "it must be finite");
    found.push_back({number.value, word.substr(number.length)});
  }
  return found;
}

MiniHeader::Quantity MiniHeader::quantity(const std::string& word, std::string_view line, std::size_t i,
                                          bool commas_separate) const {
  const std::vector<Quantity> all = quantities(line, commas_separate);
  if (i >= all.size()) refuse("not a number for " + word, line, "it must be a finite number");
  return all[i];
}

double MiniHeader::number(const std::string& word, std::string_view line, std::size_t i) const {
  return quantity(word, line, i, false).value;
}

double MiniHeader::in_units(const std::string& word, std::string_view line, std::size_t i, double otherwise,
                            const UnitFactor& factor, std::string_view known) const {
  const Quantity found = quantity(word, line, i, false);
  const auto one = found.unit.empty() ? std::optional(otherwise) : factor(found.unit);
  if (!one) refuse("unknown unit of " + word, line, "it must be in " + std::string(known));
  return found.value * *one;
}

double MiniHeader::length_m(const std::string& word, std::string_view line, std::size_t i, double unit_m) const {
  return in_units(word, line, i, unit_m, metres_in, length_units);
}
double MiniHeader::angle_rad(const std::string& word, std::string_view line) const {
  return in_units(word, line, 0, radians_from_degrees(1), radians_in, angle_units);
}
double MiniHeader::energy_eV(const std::string& word, std::string_view line) const {
  return in_units(word, line, 0, 1, electronvolts_in, energy_units);
}

std::pair<double, double> MiniHeader::place_px(const std::string& word, std::string_view line, double fast_m,
                                               double slow_m) const {
  const Quantity fast = quantity(word, line, 0, true), slow = quantity(word, line, 1, true);
  const auto in_pixels = [&](const Quantity& q, double edge_m) {
    const std::string_view unit = q.unit.empty() ? slow.unit : q.unit;
    if (unit.empty() || is_pixels(unit)) return q.value;
    const auto metres = metres_in(unit);
    if (!metres) refuse("unknown unit of " + word, line, "it must be in pixels, or in " + std::string(length_units));
    return q.value * *metres / edge_m;
  };
  return {in_pixels(fast, fast_m), in_pixels(slow, slow_m)};
}

void MiniHeader::refuse(const std::string& what, std::string_view at, const std::string& rule) const {
  const auto before = text_.substr(0, static_cast<std::size_t>(at.data() - text_.data()));
  throw Error::runtime({.what = what,
                        .where = in_quotes(name_) + " line " + std::to_string(1 + std::ranges::count(before, '\n')),
                        .value = in_quotes(trimmed(at.substr(0, 60))),
                        .rule = rule,
                        .remedy = "correct the header"});
}

PixelRules rules_of_mini_header(std::string_view text, const std::string& name) {
  PixelRules rules;
  const MiniHeader header(text, name);
  const auto cutoff = header.find_number("Count_cutoff");
  if (!cutoff) {
    if (header.find("Count_cutoff")) rules.notes.push_back("Count_cutoff is not used: it is not a number");
    return rules;
  }
  rules.notes = header.repeated({"Count_cutoff"});
  if (const double most = header.number("Count_cutoff", *cutoff); most > 0)
    rules.most = most;
  else
    rules.notes.push_back("its Count_cutoff " + format_number(most) + " is not above zero, and not used");
  return rules;
}

}  // namespace femtobragg::formats
