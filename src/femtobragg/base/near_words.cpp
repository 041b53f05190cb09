// Rows of the table of distances, three at a time.
#include "femtobragg/base/near_words.h"

#include <algorithm>
#include <cctype>
#include <utility>

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
  const auto lower = [](std::string_view text) {
    std::string result;
    for (const char c : text) result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
  };
  const std::string wanted = lower(word);
  std::size_t best = most_slips(word.size()) + 1;
  std::string nearest;
  for (const std::string& candidate : known) {
    const std::size_t difference = std::max(word.size(), candidate.size()) - std::min(word.size(), candidate.size());
    if (difference >= best) continue;
    if (const std::size_t distance = edit_distance(wanted, lower(candidate)); distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace femtobragg
