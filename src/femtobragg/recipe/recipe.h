// Recipes: a scene, and what varies from image to image.
//
//   const recipe::Recipe recipe = recipe::Recipe::read("stills.toml");
//   const recipe::Shot shot = recipe.shot(7);  // the same whatever was asked for before
//
// docs/recipes.md has the notation.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "femtobragg/assemble/scene.h"
#include "femtobragg/scene/scene_file.h"

namespace femtobragg::recipe {

/// One number, or one text, of what was drawn: "crystal.misset_deg[0]", "beam.flux_per_s", "draw.size". Numbers are in
/// the unit of their key.
struct Column {
  std::string name;
  bool is_text = false;
};
using Cell = std::variant<double, std::string>;

/// What an image is.
struct Shot {
  Scene scene;               ///< complete: nothing in it is left to chance or to the clock
  bool hit = true;           ///< false: no crystal is in the beam, and that of the scene is not to be rendered
  std::vector<Cell> values;  ///< by the columns
};

/// How the entries of a recipe spread, for people.
struct Entry {
  std::string what;  ///< "beam.flux_per_s: log-normal"
  std::size_t first_column = 0, columns = 0;
};

class Recipe {
 public:
  /// A .toml or .json file; paths in it are relative to its folder. Throws Error(Runtime) for files that cannot be
  /// read; Error(Usage) that names file, line and key for what no recipe has, and for distributions that reach values
  /// which the scene refuses.
  static Recipe read(const std::string& path);
  /// `name`: of the file, for messages.
  static Recipe parse(std::string_view text, const std::string& name, scene::Notation notation,
                      const std::filesystem::path& folder);

  std::uint64_t seed() const { return seed_; }
  /// Throws Error(Usage) from 2^48 on.
  void set_seed(std::uint64_t seed);
  /// How many images the recipe asks for; more can be made.
  std::int64_t images() const;
  double hit_rate() const;
  std::span<const Column> columns() const;
  std::span<const Entry> entries() const;

  /// Depends on the recipe, its seed and the image alone. Several threads may call it. Throws Error(Usage) from 2^32
  /// on, and beyond the rows of a table.
  Shot shot(std::uint64_t image) const;
  /// The scene with all that varies at its middle: median, first value, start.
  Scene base() const;

  /// JSON of all that images depend on, the seed among it, but the content of files; paths as the recipe has them. It
  /// is a recipe for the same images in the same folder.
  std::string canonical_text() const;
  /// The files that it names: those of the scene, of choices among them, tables.
  std::vector<std::string> files() const;

 private:
  struct Contents;
  Recipe(std::shared_ptr<const Contents> contents, std::uint64_t seed);

  std::shared_ptr<const Contents> contents_;
  std::uint64_t seed_;
};

}  // namespace femtobragg::recipe
