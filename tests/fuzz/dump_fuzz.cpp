// Structure factor dumps, under every rule for those of older programs.
#include "femtobragg/formats/tables/structure_factor_dump.h"
#include "tests/fuzz/fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  for (const bool swallow : {false, true})
    for (const bool accept_short : {false, true})
      fuzz::allow_refusal([&] {
        const formats::DumpReading reading = formats::parse_dump(bytes, "fuzz", {swallow, accept_short});
        const HklBox& box = reading.factors.box;
        fuzz::require(reading.factors.values.size() == box.extent(0) * box.extent(1) * box.extent(2));
        fuzz::require(accept_short || swallow || reading.missing_values == 0);
      });
  return 0;
}
