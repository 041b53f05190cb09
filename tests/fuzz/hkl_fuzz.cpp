// Both readers of reflection lists.
#include "femtobragg/formats/tables/hkl_list.h"
#include "tests/fuzz/fuzz.h"

using namespace femtobragg;

namespace {

void check(const formats::HklList& list) {
  const HklBox& box = list.factors.box;
  fuzz::require(list.reflections > 0);
  fuzz::require(list.factors.values.size() == box.extent(0) * box.extent(1) * box.extent(2));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::allow_refusal([&] { check(formats::parse_hkl_lines(text, "fuzz", 1)); });
  fuzz::allow_refusal([&] { check(formats::parse_hkl_stream(text, "fuzz", 1)); });
  return 0;
}
