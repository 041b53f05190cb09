// Lines of "# Word value unit".
#include "femtobragg/formats/mini_header.h"

#include <cmath>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"

namespace femtobragg::formats {
namespace {

/// What stands behind a word at the beginning of a line.
std::optional<std::string_view> line_of(std::string_view text, std::string_view word) {
  constexpr std::string_view blanks = " \t\r:=";
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line.remove_prefix(std::min(line.find_first_not_of("# \t"), line.size()));
    if (!line.starts_with(word)) continue;
    line.remove_prefix(word.size());
    if (line.empty() || blanks.find(line.front()) == blanks.npos) continue;
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    return trimmed(line);
  }
  return {};
}

}  // namespace

PixelRules rules_of_mini_header(std::string_view text, const std::string& name) {
  PixelRules rules;
  const auto cutoff = line_of(text, "Count_cutoff");
  if (!cutoff) return rules;
  const auto number = number_prefix(*cutoff);
  if (number.length == 0 || !std::isfinite(number.value))
    throw Error::runtime({.what = "no number for Count_cutoff",
                          .where = in_quotes(name),
                          .value = in_quotes(cutoff->substr(0, 60)),
                          .rule = "it is the largest count that a pixel can tell apart",
                          .remedy = "correct the header"});
  if (number.value > 0)
    rules.most = number.value;
  else
    rules.notes.push_back("its Count_cutoff " + format_number(number.value) + " is not above zero, and not used");
  return rules;
}

}  // namespace femtobragg::formats
