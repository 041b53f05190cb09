// miniCBF: whatever is accepted has as many pixels as its shape says, and survives being written and read again.
#include "femtobragg/formats/cbf.h"
#include "tests/fuzz/fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  fuzz::allow_refusal([&] {
    const formats::CbfImage image = formats::parse_cbf(bytes, "fuzz");
    fuzz::require(image.pixels.size() == image.shape.n_fast * image.shape.n_slow);
    fuzz::require(formats::compress_byte_offset(image.pixels).size() >= image.pixels.size());
  });
  return 0;
}
