// Command lines, one word a line, read strictly and leniently.
#include <algorithm>
#include <string>
#include <vector>

#include "femtobragg/nanobragg/flags/parse_arguments.h"
#include "tests/fuzz/fuzz.h"

using namespace femtobragg;

namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::string> words = words_of(fuzz::text_of(data, size));
  for (const auto reading : {nanobragg::Reading::Strict, nanobragg::Reading::Lenient}) {
    const nanobragg::EarlyOptions early = nanobragg::early_options(words, reading);
    fuzz::allow_refusal([&] { nanobragg::QuirkSet::parse(early.quirks.value_or("all")); });
    for (const auto& quirks : {nanobragg::QuirkSet::all(), nanobragg::QuirkSet::none()})
      fuzz::allow_refusal([&] {
        const auto arguments = nanobragg::parse_arguments(words, reading, quirks, {});
        fuzz::require(reading == nanobragg::Reading::Lenient || arguments.warnings.empty());
      });
  }
  return 0;
}
