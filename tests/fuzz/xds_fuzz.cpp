// Files of XDS: what is read is a sound detector.
#include "femtobragg/formats/geometry/xds_file.h"
#include "tests/fuzz/geometry_fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::allow_refusal([&] { fuzz::require_sound(formats::parse_xparm(text, "fuzz")); });
  fuzz::allow_refusal([&] { fuzz::require_sound(formats::parse_xds_input(text, "fuzz")); });
  formats::looks_like_xparm(text);
  return 0;
}
