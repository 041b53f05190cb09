// NXmx: geometries that are accepted are finite, frames have as many pixels as their shape says; and the unpacking of
// bitshuffle-LZ4 for itself.
#include "femtobragg/formats/bitshuffle_lz4.h"
#include "femtobragg/formats/nxmx.h"
#include "tests/fuzz/fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  fuzz::allow_refusal([&] {
    const Geometry geometry = formats::parse_nxmx_geometry(bytes, "fuzz");
    for (const Panel& panel : geometry.detector.panels) {
      fuzz::require(is_finite(panel.origin_m) && panel.n_fast > 0 && panel.n_slow > 0 && panel.pixel_size_m > 0);
      fuzz::require(panel.mask.empty() || panel.mask.size() == panel.n_fast * panel.n_slow);
    }
  });
  fuzz::allow_refusal([&] {
    const formats::NxmxFrame frame = formats::parse_nxmx_frame(bytes, "fuzz", 0);
    const ImageShape& shape = frame.pixels.shape;
    std::visit([&](const auto& values) { fuzz::require(values.size() == shape.n_fast * shape.n_slow); },
               frame.pixels.values);
  });
  for (const std::size_t element : {1u, 4u})
    fuzz::allow_refusal(
        [&] { fuzz::require(formats::decompress_bitshuffle_lz4(bytes, element, 4000, "fuzz").size() == 4000); });
  return 0;
}
