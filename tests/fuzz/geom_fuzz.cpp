// CrystFEL geometry files: what is read is a sound detector.
#include "femtobragg/formats/geom_file.h"
#include "tests/fuzz/geometry_fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  for (const std::optional<double> clen_m : {std::optional(0.1), std::optional<double>()})
    fuzz::allow_refusal([&] { fuzz::require_sound(formats::parse_geom(bytes, "fuzz", clen_m)); });
  return 0;
}
