// SMV images as masks and headers: both ways to look keys up, and what the header does to the options.
#include "femtobragg/formats/image/smv.h"
#include "femtobragg/nanobragg/flags/header_geometry.h"
#include "tests/fuzz/fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  for (const bool older : {false, true}) {
    const auto match = older ? formats::KeyMatch::LastOccurrence : formats::KeyMatch::Whole;
    const auto quirks = older ? nanobragg::QuirkSet::all() : nanobragg::QuirkSet::none();
    fuzz::allow_refusal([&] {
      formats::SmvImage image = formats::parse_smv(bytes, "fuzz", match, !older);
      fuzz::require(image.pixels.size() == image.n_fast * image.n_slow);
      nanobragg::Options options;
      nanobragg::Origins origins;
      for (const bool is_mask : {true, false})
        nanobragg::apply_header({"fuzz", image.header, image.n_fast, image.n_slow, is_mask}, quirks, options, origins);
    });
    // Keys are also looked up in text that is no image.
    for (const char* key : {"DISTANCE", "BYTE_ORDER", ""}) {
      formats::smv_number(bytes, key, match);
      formats::smv_text(bytes, key, match);
    }
  }
  return 0;
}
