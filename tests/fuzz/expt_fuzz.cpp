// DIALS experiment lists: what is read is a sound detector.
#include "femtobragg/formats/geometry/expt_file.h"
#include "tests/fuzz/geometry_fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  fuzz::allow_refusal([&] { fuzz::require_sound(formats::parse_expt(bytes, "fuzz")); });
  return 0;
}
