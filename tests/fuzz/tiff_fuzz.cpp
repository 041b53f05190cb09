// TIFF: whatever is accepted has as many pixels as its shape says.
#include "femtobragg/formats/image/tiff.h"
#include "tests/fuzz/fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  fuzz::allow_refusal([&] {
    const formats::PixelArray image = formats::parse_tiff(bytes, "fuzz");
    std::visit([&](const auto& values) { fuzz::require(values.size() == image.shape.n_fast * image.shape.n_slow); },
               image.values);
  });
  return 0;
}
