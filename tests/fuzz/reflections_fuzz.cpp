// Reflection files of all formats, compressed too.
#include "femtobragg/atoms/reflection_file.h"
#include "femtobragg/formats/io/gzip.h"
#include "tests/fuzz/fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  fuzz::allow_refusal([&] {
    const std::string text = formats::inflated(std::string(bytes), "fuzz", 1 << 20);
    const atoms::ReflectionFile file = atoms::parse_reflection_file(text, "fuzz", {}, 1);
    const HklBox& box = file.factors.box;
    fuzz::require(file.reflections > 0 && (file.d_min_A > 0 || !file.cell));
    fuzz::require(file.factors.values.size() == box.extent(0) * box.extent(1) * box.extent(2));
  });
  return 0;
}
