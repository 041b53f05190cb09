// Recipes: the canonical text of one that is accepted is a recipe for the same images, and the middle of its entries is
// a scene.
#include "femtobragg/recipe/recipe.h"

#include <optional>

#include "tests/fuzz/fuzz.h"

using namespace femtobragg;

namespace {

/// Some images. Entries that scenes take one by one may still contradict each other.
void require_images(const recipe::Recipe& made, const recipe::Recipe& again) {
  const auto images = static_cast<std::uint64_t>(made.images());
  for (const std::uint64_t image : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, images - 1})
    if (image < images)
      fuzz::allow_refusal([&] {
        const recipe::Shot shot = made.shot(image);
        fuzz::require(shot.values.size() == made.columns().size());
        fuzz::require(shot.values == again.shot(image).values);
      });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  for (const scene::Notation notation : {scene::Notation::Toml, scene::Notation::Json}) {
    std::optional<recipe::Recipe> made;
    fuzz::allow_refusal([&] { made = recipe::Recipe::parse(text, "fuzz", notation, ""); });
    if (!made) continue;
    made->base();
    require_images(*made, recipe::Recipe::parse(made->canonical_text(), "again", scene::Notation::Json, ""));
  }
  return 0;
}
