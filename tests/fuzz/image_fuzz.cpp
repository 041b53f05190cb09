// Images of any format: whatever is accepted has as many pixels as its shape says.
#include "femtobragg/formats/image/image_file.h"
#include "tests/fuzz/fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  // Debian's HDF5 has errors of its own with broken files: nxmx_fuzz.cpp.
  if (bytes.starts_with("\x89HDF")) return 0;
  fuzz::allow_refusal([&] {
    const formats::Frame file = formats::parse_pixels(bytes, "fuzz");
    fuzz::require(!file.pixels.empty());
    fuzz::require(file.states.size() == file.pixels.size());
    if (file.shape) fuzz::require(file.pixels.size() == file.shape->n_fast * file.shape->n_slow);
  });
  return 0;
}
