// Line by line, in time that grows with the text.
#include "femtobragg/formats/geometry/xds_words.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"

namespace femtobragg::formats {
namespace {

void add_words(XdsWords& words, std::string_view line, std::size_t number, std::string_view ends) {
  const bool keywords = ends.find('=') != ends.npos;
  for (line = trimmed(line); !line.empty(); line = trimmed(line)) {
    const std::size_t end = std::min(line.find_first_of(ends), line.size());
    // A blank may stand before the sign.
    const std::size_t next = line.find_first_not_of(" \t", end);
    const bool keyword = keywords && next != line.npos && line[next] == '=';
    words.push_back({line.substr(0, end), number, keyword});
    line.remove_prefix(keyword ? next + 1 : end);
  }
}

XdsWords words_of_lines(std::string_view text, std::string_view ends, std::string_view comments) {
  XdsWords words;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    add_words(words, line.substr(0, line.find_first_of(comments)), number, ends);
  }
  return words;
}

}  // namespace

XdsWords words_of_xds(std::string_view text) { return words_of_lines(text, " \t", ""); }

XdsWords words_of_xds_input(std::string_view text) { return words_of_lines(text, " \t=", "!"); }

void refuse_xds(const std::string& name, const std::string& what, const XdsWord* word, const std::string& rule) {
  throw Error::runtime({.what = what,
                        .where = in_quotes(name) + (word ? " line " + std::to_string(word->line) : ""),
                        .value = word ? in_quotes(word->text.substr(0, 60)) : "",
                        .rule = rule,
                        .remedy = "correct the file"});
}

double number_of_word(const std::string& name, const XdsWord& word) {
  std::string text(word.text);
  std::ranges::replace(text, 'd', 'e');  // Fortran's exponents
  std::ranges::replace(text, 'D', 'e');
  const auto value = parse_number(text);
  if (!value || !std::isfinite(*value)) refuse_xds(name, "not a number", &word, "it must be a finite number");
  return *value;
}

std::size_t count_of_word(const std::string& name, const XdsWord& word) {
  const double value = number_of_word(name, word);
  if (value != std::floor(value) || !(value >= 0 && value <= 1e9))
    refuse_xds(name, "not a whole number", &word, "it must be a whole number from 0 to 1000000000");
  return static_cast<std::size_t>(value);
}

int group_of_word(const std::string& name, const XdsWord& word) {
  const std::size_t number = count_of_word(name, word);
  if (number > 230)
    refuse_xds(name, "there is no such space group", &word, "it must be 1 to 230, or 0 for an unknown one");
  return static_cast<int>(number);
}

}  // namespace femtobragg::formats
