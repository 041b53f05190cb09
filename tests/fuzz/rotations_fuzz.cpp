// Lists of rotations and drawn masks: what is read are rotations, and whole pictures.
#include <variant>

#include "femtobragg/base/rotation_check.h"
#include "femtobragg/formats/image/png_mask.h"
#include "femtobragg/formats/tables/rotation_list.h"
#include "tests/fuzz/fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  fuzz::allow_refusal([&] {
    for (const Mat3d& rotation : formats::parse_rotations(bytes, "fuzz")) fuzz::require(is_rotation(rotation, 1e-9));
  });
  fuzz::allow_refusal([&] {
    const formats::PixelArray mask = formats::parse_grey_png(bytes, "fuzz");
    const std::size_t pixels = std::visit([](const auto& values) { return values.size(); }, mask.values);
    fuzz::require(pixels == mask.shape.n_fast * mask.shape.n_slow);
  });
  return 0;
}
