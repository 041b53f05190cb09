// The entries of a recipe, as they are read. For .cpp files of this layer.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "femtobragg/recipe/source.h"
#include "femtobragg/scene/document.h"
#include "femtobragg/scene/keys.h"

namespace femtobragg::recipe {

/// A key of the scene that an entry sets.
struct Target {
  std::string path;
  Json::json_pointer pointer;
  scene::Key key;
  bool is_list = false;     ///< one number of a list is none
  std::size_t numbers = 1;  ///< of a list
};

/// A [[vary]], or a [[draw]] without targets.
struct ReadEntry {
  std::string place;         ///< in the document: "vary[0]"
  std::string name;          ///< "draw.size", or its paths
  std::string distribution;  ///< or "of size"
  std::vector<Target> targets;
  SourcePointer source;
  bool factor = false;
};

struct ReadEntries {
  std::vector<ReadEntry> draws, varied;
  std::vector<std::string> tables;  ///< files
};

/// The seed, images and hit rate of [recipe].
struct RecipeSettings {
  std::uint64_t seed = 1;
  std::int64_t images = 100;
  double hit_rate = 1;
};

/// Seeds are the key of random streams, which has 48 bits for them.
inline constexpr std::uint64_t first_wrong_seed = std::uint64_t{1} << 48;
inline constexpr std::int64_t most_images = std::int64_t{1} << 32;

RecipeSettings read_settings(const scene::Document& document);
/// Of the document, whose other sections are those of a scene.
ReadEntries read_entries(const scene::Document& document, const RecipeSettings& settings,
                         const std::filesystem::path& folder);

/// What draws belongs to its name: one entry more changes no other. FNV-1a (G. Fowler, L. C. Noll & K.-P. Vo, 1991).
std::uint32_t entry_number(std::string_view name);

}  // namespace femtobragg::recipe
