// Reflection tables of DIALS.
#include "femtobragg/formats/tables/reflection_table.h"
#include "tests/fuzz/fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  fuzz::allow_refusal([&] {
    for (const formats::FoundSpot& spot : formats::parse_reflection_table(bytes, "fuzz"))
      fuzz::require(norm(spot.place_px) < std::numeric_limits<double>::infinity());
  });
  return 0;
}
