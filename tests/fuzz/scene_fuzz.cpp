// Scenes: what is read is written, and reads back as the same text, in both notations.
#include "femtobragg/scene/scene_file.h"
#include "tests/fuzz/fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  for (const scene::Notation notation : {scene::Notation::Toml, scene::Notation::Json})
    fuzz::allow_refusal([&] {
      const std::string written = scene::scene_text(scene::parse_scene(text, "fuzz", notation, ""), notation, "");
      const Scene again = scene::parse_scene(written, "written", notation, "");
      fuzz::require(scene::scene_text(again, notation, "") == written);
    });
  return 0;
}
