// Lines become numbers, as far as they are some.
#include "femtobragg/formats/tables/number_lines.h"

#include <algorithm>

#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"

namespace femtobragg::formats {

std::vector<NumberLine> number_lines(std::string_view text) {
  std::vector<NumberLine> lines;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    line.resize(std::min(line.find('#'), line.size()));
    for (char& c : line)
      if (c == ',' || c == ';') c = ' ';
    std::string_view words = trimmed(line);
    if (words.empty()) continue;
    NumberLine& found = lines.emplace_back(NumberLine{number, std::string(words), {}, {}});
    for (auto value = number_prefix(words); value.length > 0; value = number_prefix(words)) {
      found.numbers.push_back(value.value);
      words.remove_prefix(value.length);
    }
    found.rest = trimmed(words);
  }
  return lines;
}

}  // namespace femtobragg::formats
