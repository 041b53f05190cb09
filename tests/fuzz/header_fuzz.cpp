// Headers of images, as CBF and as SMV: what is read is a sound detector.
#include "femtobragg/formats/image/header_files.h"
#include "tests/fuzz/geometry_fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  fuzz::allow_refusal([&] { fuzz::require_sound(formats::parse_cbf_header(bytes, "fuzz")); });
  fuzz::allow_refusal([&] { fuzz::require_sound(formats::parse_smv_geometry(bytes, "fuzz")); });
  return 0;
}
