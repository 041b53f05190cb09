// Images of a recipe: the document with what was drawn in place of what varies, read as any scene is.
#include "femtobragg/recipe/recipe.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/physics/rotation.h"
#include "femtobragg/recipe/entries.h"
#include "femtobragg/scene/fields.h"

namespace femtobragg::recipe {
namespace {

/// Seeds that the recipe gives anew; stated, they would say something else.
constexpr std::string_view drawn_seeds[] = {"noise.seed", "crystal.misset_seed", "response.flicker_seed"};
constexpr std::string_view drawn_item_seed = "crystallite_seed";

/// The i-th of a place.
Vec3d random_orientation(const DrawPlace& place, std::size_t i) {
  const auto first = static_cast<std::uint32_t>(3 * i);
  return physics::lab_axis_angles(
      physics::uniform_random_rotation(deviate(place, first), deviate(place, first + 1), deviate(place, first + 2)));
}

std::int64_t random_seed(const DrawPlace& place) {
  return static_cast<std::int64_t>(deviate(place, 0) * static_cast<double>(first_wrong_seed - 1)) + 1;
}

/// A number or list of them, times what the scene says.
Json times(const Json& factor, const Json& said) {
  if (!said.is_array()) return factor.get<double>() * said.get<double>();
  Json product = Json::array();
  for (std::size_t i = 0; i < said.size(); ++i)
    product.push_back((factor.is_array() ? factor[i] : factor).get<double>() * said[i].get<double>());
  return product;
}

Json rounded(const Json& value) {
  if (!value.is_array()) return std::nearbyint(value.get<double>());
  Json whole = Json::array();
  for (const Json& item : value) whole.push_back(rounded(item));
  return whole;
}

/// JSON has no number for it.
void word_infinity(Json& json) {
  if (json.is_number_float() && std::isinf(json.get<double>())) json = scene::infinity_in_json;
  if (json.is_structured())
    for (Json& item : json) word_infinity(item);
}

void append(std::vector<Cell>& cells, const Json& value) {
  if (value.is_array() && !value.empty() && value.front().is_number())
    for (const Json& item : value) cells.emplace_back(item.get<double>());
  else if (value.is_number())
    cells.emplace_back(value.get<double>());
  else
    cells.emplace_back(value.is_string() ? value.get<std::string>() : value.dump());
}

void add_columns(const std::string& name, bool is_list, std::size_t numbers, bool is_text,
                 std::vector<Column>& columns) {
  for (std::size_t i = 0; i < numbers; ++i)
    columns.push_back({is_list ? name + "[" + std::to_string(i) + "]" : name, is_text});
}

}  // namespace

struct Recipe::Contents {
  scene::Document document;  ///< all of it
  scene::Document scene;     ///< without what varies; lines of keys that do are those of their entries
  std::filesystem::path folder;
  RecipeSettings settings;
  ReadEntries entries;
  std::vector<Column> columns;
  std::vector<Entry> listed;
  std::uint64_t most_images = std::uint64_t{1} << 32;

  Contents(scene::Document read, std::filesystem::path place) : document(std::move(read)), folder(std::move(place)) {
    if (!document.tree.is_object())
      throw Error::usage({.what = "not a recipe",
                          .where = document.name,
                          .rule = "it must be a table of sections",
                          .remedy = "see docs/recipes.md"});
    settings = read_settings(document);
    scene = document;
    for (const char* section : {"recipe", "draw", "vary"}) scene.tree.erase(section);
    entries = read_entries(document, settings, folder);
    list_columns();
    place_lines();
    refuse_fixed_seeds();
    refuse_series(middle());
    for (const auto* list : {&entries.draws, &entries.varied})
      for (const ReadEntry& entry : *list) most_images = std::min(most_images, entry.source->most_images());
    for (const ReadEntry& entry : entries.varied) require_accepted(entry);
  }

  void list_columns() {
    const auto note = [&](const ReadEntry& entry, std::size_t first) {
      listed.push_back(
          {entry.name + ": " + entry.distribution + (entry.factor ? ", a factor" : ""), first, columns.size() - first});
    };
    for (const ReadEntry& draw : entries.draws) {
      columns.push_back({draw.name, false});
      note(draw, columns.size() - 1);
    }
    for (const ReadEntry& entry : entries.varied) {
      const std::size_t first = columns.size();
      for (const Target& target : entry.targets)
        add_columns(target.path, target.is_list, target.numbers, !target.key.is_number(), columns);
      note(entry, first);
    }
  }

  /// So that the scene's own messages name the entry that is at fault.
  void place_lines() {
    for (const ReadEntry& entry : entries.varied) {
      const auto line = document.lines.find(entry.place);
      if (line == document.lines.end()) continue;
      for (const Target& target : entry.targets) {
        scene.lines[target.path] = line->second;
        for (std::size_t i = 0; i < target.numbers; ++i)
          scene.lines[target.path + "[" + std::to_string(i) + "]"] = line->second;
      }
    }
  }

  bool is_varied(std::string_view path) const {
    return std::ranges::any_of(entries.varied, [&](const ReadEntry& entry) {
      return std::ranges::any_of(entry.targets, [&](const Target& target) { return target.path == path; });
    });
  }

  void refuse_fixed_seeds() const {
    const auto refuse = [&](const std::string& path) {
      throw Error::usage({.what = "a seed that recipes give",
                          .where = document.place(path),
                          .rule = "it is drawn anew for each image, from the seed of [recipe]",
                          .remedy = "remove it, or name its values in a [[vary]]"});
    };
    const auto said = [&](const std::string& section, const std::string& key) {
      return scene.tree.contains(section) && scene.tree.at(section).is_object() &&
             scene.tree.at(section).contains(key) && !is_varied(section + "." + key);
    };
    for (const std::string_view path : drawn_seeds) {
      const std::size_t dot = path.find('.');
      if (said(std::string(path.substr(0, dot)), std::string(path.substr(dot + 1)))) refuse(std::string(path));
    }
    if (const auto materials = "/background/material"_json_pointer;
        scene.tree.contains(materials) && scene.tree.at(materials).is_array())
      for (std::size_t i = 0; i < scene.tree.at(materials).size(); ++i) {
        const std::string item = "background.material[" + std::to_string(i) + "]";
        const Json& table = scene.tree.at(materials)[i];
        if (table.is_object() && table.contains(drawn_item_seed) &&
            !is_varied(item + "." + std::string(drawn_item_seed)))
          refuse(item + "." + std::string(drawn_item_seed));
      }
  }

  void refuse_series(const Scene& made) const {
    if (made.frames == 1) return;
    throw Error::usage({.what = "a series in a recipe",
                        .where = document.place("series.frames"),
                        .value = std::to_string(made.frames),
                        .rule = "each image of a recipe is one frame",
                        .remedy = "remove it; a [[vary]] of rotation.start_deg by distribution = \"line\" turns on"});
  }

  /// Puts a value where the entry says; what was put is appended to `cells`.
  void put(const ReadEntry& entry, const Json& value, Json& tree, std::vector<Cell>* cells = nullptr) const {
    for (const Target& target : entry.targets) {
      Json made = entry.factor ? times(value, scene.tree.at(target.pointer)) : value;
      if (target.key.is_whole() && (entry.factor || entry.source->is_continuous())) made = rounded(made);
      if (cells) append(*cells, made);
      tree[target.pointer] = std::move(made);
    }
  }

  Json middle_tree() const {
    Json tree = scene.tree;
    for (const ReadEntry& entry : entries.varied) put(entry, middle_of(entry), tree);
    return tree;
  }
  /// Of an orientation: the one that the scene says.
  Json middle_of(const ReadEntry& entry) const {
    const Json::json_pointer& first = entry.targets.front().pointer;
    return entry.distribution == "rotation" && scene.tree.contains(first) ? scene.tree.at(first)
                                                                          : entry.source->middle();
  }
  Scene read(Json tree) const {
    return scene::read_document({.name = scene.name, .tree = std::move(tree), .lines = scene.lines}, folder);
  }
  Scene middle() const { return read(middle_tree()); }

  void require_accepted(const ReadEntry& entry) const {
    const std::uint64_t images = static_cast<std::uint64_t>(settings.images);
    for (const Json& end : entry.source->ends(images)) try {
        Json tree = middle_tree();
        put(entry, end, tree);
        read(std::move(tree));
      } catch (const Error& error) {
        ErrorText parts = error.parts();
        parts.what = "an entry reaches what scenes do not take";
        parts.remedy = entry.source->is_continuous() ? "bound it by least and most" : "correct its values";
        throw Error::usage(parts);
      }
  }

  /// Whether the scene itself states a key; what it does not is the recipe's to choose.
  bool scene_states(const Json::json_pointer& pointer, std::string_view path) const {
    return scene.tree.contains(pointer) || is_varied(path);
  }

  /// What is random in the scene itself is of this image.
  void settle_chance(Scene& made, std::uint64_t seed, std::uint64_t image) const {
    const auto place = [&](std::string_view name) { return DrawPlace{seed, image, entry_number(name)}; };
    if (!is_varied("noise.seed")) made.noise_seed = static_cast<std::int64_t>(seed);
    if (made.beam.sase) {
      if (!is_varied("beam.shot")) made.beam.shot += static_cast<std::int64_t>(image);
      if (!scene_states("/beam/sase_seed"_json_pointer, "beam.sase_seed")) made.beam.sase->seed = seed;
    }
    if (!is_varied("response.flicker_seed"))
      made.response.flicker_seed =
          made.response.flicker_in_steps.value_or(false) ? std::optional(random_seed(place("flicker"))) : std::nullopt;
    if (!is_varied("crystal.misset_seed")) settle_orientations(made.crystal, seed, image);
    for (std::size_t i = 0; i < made.backgrounds.size(); ++i) {
      const std::string path = "background.material[" + std::to_string(i) + "].crystallite_seed";
      if (made.backgrounds[i].crystallites && !is_varied(path))
        made.backgrounds[i].crystallite_seed = random_seed(place(path));
    }
  }

  /// Orientations instead of seeds: nanoBragg's generator has 2^31 of them, too few for a million images.
  static void settle_orientations(CrystalScene& crystal, std::uint64_t seed, std::uint64_t image) {
    if (!crystal.lattices.empty() || !crystal.crystals_file.empty()) return;
    const DrawPlace place{seed, image, entry_number("lattices")};
    if (crystal.misset_random) crystal.misset_rad = random_orientation(place, 0);
    crystal.misset_random = false;
    if (crystal.crystals.value_or(1) < 2) return;
    for (std::size_t i = 0; i < static_cast<std::size_t>(*crystal.crystals); ++i)
      crystal.lattices.push_back({i == 0 ? crystal.misset_rad : random_orientation(place, i)});
    crystal.crystals.reset();
    crystal.misset_rad = {};
  }
};

Recipe::Recipe(std::shared_ptr<const Contents> contents, std::uint64_t seed)
    : contents_(std::move(contents)), seed_(seed) {}

Recipe Recipe::parse(std::string_view text, const std::string& name, scene::Notation notation,
                     const std::filesystem::path& folder) {
  auto contents = std::make_shared<const Contents>(
      notation == scene::Notation::Toml ? scene::parse_toml(text, name) : scene::parse_json_document(text, name),
      folder);
  const std::uint64_t seed = contents->settings.seed;
  return {std::move(contents), seed};
}

Recipe Recipe::read(const std::string& path) {
  const scene::Notation notation = scene::notation_of(path);
  return parse(formats::read_text(path, "the recipe"), path, notation, std::filesystem::path(path).parent_path());
}

void Recipe::set_seed(std::uint64_t seed) {
  if (seed >= first_wrong_seed)
    throw Error::usage({.what = "a seed is too large",
                        .where = "the seed of " + contents_->document.name,
                        .value = std::to_string(seed),
                        .rule = "it must be below 2^48",
                        .remedy = "choose another"});
  seed_ = seed;
}

std::int64_t Recipe::images() const { return contents_->settings.images; }
double Recipe::hit_rate() const { return contents_->settings.hit_rate; }
std::span<const Column> Recipe::columns() const { return contents_->columns; }
std::span<const Entry> Recipe::entries() const { return contents_->listed; }

Shot Recipe::shot(std::uint64_t image) const {
  const Contents& c = *contents_;
  if (image >= c.most_images)
    throw Error::usage(
        {.what = "no such image",
         .where = c.document.name,
         .value = std::to_string(image),
         .rule = "images count from 0 to " + std::to_string(c.most_images - 1) +
                 (c.most_images < static_cast<std::uint64_t>(most_images) ? ", the last row of its table" : ""),
         .remedy = "ask for fewer images"});
  const Moment moment{seed_, image};
  Shot shot;
  for (const ReadEntry& draw : c.entries.draws) append(shot.values, draw.source->at(moment));
  Json tree = c.scene.tree;
  for (const ReadEntry& entry : c.entries.varied) c.put(entry, entry.source->at(moment), tree, &shot.values);
  shot.scene = c.read(std::move(tree));
  c.settle_chance(shot.scene, seed_, image);
  shot.hit = deviate({seed_, image, entry_number("hit")}, 0) < c.settings.hit_rate;
  return shot;
}

Scene Recipe::base() const {
  Scene scene = contents_->middle();
  contents_->settle_chance(scene, seed_, 0);
  return scene;
}

std::string Recipe::canonical_text() const {
  const Contents& c = *contents_;
  Json tree = c.document.tree;
  tree["recipe"] = {{"seed", seed_}, {"hit_rate", c.settings.hit_rate}};
  word_infinity(tree);
  // Sorted by key, as the order of sections changes nothing.
  return nlohmann::json(tree).dump(2) + "\n";
}

std::vector<std::string> Recipe::files() const {
  const Contents& c = *contents_;
  std::vector<std::string> files = c.entries.tables;
  const auto add = [&](const Scene& scene) {
    for (const std::string& file : scene::files_of(scene))
      if (std::ranges::find(files, file) == files.end()) files.push_back(file);
  };
  add(c.middle());
  for (const ReadEntry& entry : c.entries.varied) {
    if (entry.targets.front().key.kind != scene::Kind::File) continue;
    for (const Json& value : entry.source->ends(1)) {
      Json tree = c.middle_tree();
      c.put(entry, value, tree);
      add(c.read(std::move(tree)));
    }
  }
  return files;
}

}  // namespace femtobragg::recipe
