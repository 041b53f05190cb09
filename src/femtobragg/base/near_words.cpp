// Rows of the table of distances, three at a time.
#include "femtobragg/base/near_words.h"

#include <algorithm>
#include <utility>

#include "femtobragg/base/unit_names.h"
#include "femtobragg/base/words.h"

namespace femtobragg {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before = std::exchange(above, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2]);
    }
  }
  return row[b.size()];
}

std::size_t most_slips(std::size_t letters) { return letters < 4 ? 0 : letters < 6 ? 1 : letters < 10 ? 2 : 3; }

std::string nearest_word(std::string_view word, const std::vector<std::string>& known) {
  const std::string wanted = in_lower_case(word);
  std::size_t best = most_slips(word.size()) + 1;
  std::string nearest;
  for (const std::string& candidate : known) {
    const std::size_t difference = std::max(word.size(), candidate.size()) - std::min(word.size(), candidate.size());
    if (difference >= best) continue;
    if (const std::size_t distance = edit_distance(wanted, in_lower_case(candidate)); distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string_view without_unit(std::string_view name) {
  const std::size_t bar = name.find_last_of("_-");
  if (bar == name.npos || bar == 0) return name;
  const std::string_view unit = name.substr(bar + 1);
  const bool known = metres_in(unit) || electronvolts_in(unit) || radians_in(unit) || is_pixels(unit) || unit == "s";
  return known ? name.substr(0, bar) : name;
}

std::string word_meant(std::string_view word, std::span<const WordMeant> list) {
  for (const std::string_view name : {word, without_unit(word)}) {
    for (const auto& [said, meant] : list)
      if (said == name) return std::string(meant);
    for (const auto& [said, meant] : list)
      if (said.size() > 1 && in_lower_case(said) == in_lower_case(name)) return std::string(meant);
  }
  return {};
}

}  // namespace femtobragg
