// Both readers of source lists.
#include "femtobragg/formats/tables/source_file.h"
#include "tests/fuzz/fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  for (const bool older : {false, true})
    fuzz::allow_refusal([&] { fuzz::require(!formats::parse_sources(text, "fuzz", {}, older).empty()); });
  return 0;
}
