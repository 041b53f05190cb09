// CrystFEL geometry files: what is read is a sound detector.
#include "femtobragg/formats/geometry/geom_file.h"
#include "tests/fuzz/geometry_fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  for (const formats::GeometryGaps& gaps : {formats::GeometryGaps{.clen_m = 0.1}, formats::GeometryGaps{}})
    fuzz::allow_refusal([&] { fuzz::require_sound(formats::parse_geom(bytes, "fuzz", gaps)); });
  return 0;
}
