// One pass; a list is taken apart only behind a flag that takes several values.
#include "femtobragg/base/flag_words.h"

#include <algorithm>

#include "femtobragg/base/text.h"

namespace femtobragg {
namespace {

/// Empty: not a list of numbers.
std::vector<std::string> numbers_in_list(const std::string& word) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= word.size();) {
    const std::size_t end = std::min(word.find(',', begin), word.size());
    parts.push_back(word.substr(begin, end - begin));
    if (!parse_number(parts.back())) return {};
    begin = end + 1;
  }
  return parts;
}

}  // namespace

bool same_flag_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return (x == '-' ? '_' : x) == (y == '-' ? '_' : y); });
}

std::string_view name_in_flag(std::string_view word) {
  if (!word.starts_with('-') || parse_number(word)) return {};
  word.remove_prefix(word.starts_with("--") ? 2 : 1);
  return word.substr(0, word.find('='));
}

std::vector<std::string> separate_words(std::span<const std::string> words, const FlagLookup& known,
                                        bool dashes_end_flags) {
  std::vector<std::string> separate;
  std::size_t values_left = 0;  // that the last flag takes, if it takes several
  const auto add_value = [&](const std::string& word) {
    const std::vector<std::string> numbers = values_left > 0 ? numbers_in_list(word) : std::vector<std::string>();
    if (numbers.empty()) separate.push_back(word);
    separate.insert(separate.end(), numbers.begin(), numbers.end());
    values_left -= std::min(values_left, std::max<std::size_t>(1, numbers.size()));
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (dashes_end_flags && word == "--") {
      separate.insert(separate.end(), words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
      break;
    }
    const std::string_view name = name_in_flag(word);
    const std::optional<KnownFlag> flag = name.empty() ? std::nullopt : known(name);
    if (!flag) {
      add_value(word);
      continue;
    }
    separate.push_back(flag->word);
    values_left = flag->most_values > 1 ? flag->most_values : 0;
    if (const std::size_t equals = word.find('='); equals != word.npos) add_value(word.substr(equals + 1));
  }
  return separate;
}

}  // namespace femtobragg
