// CBF: whatever is accepted has as many pixels as its shape says.
#include "femtobragg/formats/image/cbf.h"
#include "tests/fuzz/fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  fuzz::allow_refusal([&] {
    const formats::CbfImage image = formats::parse_cbf(bytes, "fuzz");
    const ImageShape& shape = image.pixels.shape;
    std::visit([&](const auto& values) { fuzz::require(values.size() == shape.n_fast * shape.n_slow); },
               image.pixels.values);
  });
  return 0;
}
