// pyFAI's .poni files: what is read is a sound detector.
#include "femtobragg/formats/geometry/poni_file.h"
#include "tests/fuzz/geometry_fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  fuzz::allow_refusal([&] { fuzz::require_sound(formats::parse_poni(bytes, "fuzz", {})); });
  return 0;
}
