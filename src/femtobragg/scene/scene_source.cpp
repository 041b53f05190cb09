// Where scenes are: files of their own, images and experiment lists that carry one.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/geometry/expt_writer.h"
#include "femtobragg/formats/image/nxmx.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/io/json_values.h"
#include "femtobragg/scene/fields.h"
#include "femtobragg/scene/scene_file.h"

namespace femtobragg::scene {

Notation notation_of(const std::string& path) {
  const std::string suffix = suffix_of(path);
  if (suffix == ".toml") return Notation::Toml;
  if (suffix == ".json") return Notation::Json;
  throw Error::usage({.what = "unknown type of scene",
                      .where = in_quotes(path),
                      .rule = "it must be .toml or .json, or an .expt or NXmx file that carries a scene",
                      .remedy = "rename it"});
}

bool looks_like_json_scene(std::string_view text) {
  std::set<std::string, std::less<>> known;
  for (const Section<Scene>& section : sections()) known.emplace(section.name.substr(0, section.name.find('.')));
  text = trimmed(text);
  if (!text.starts_with('{')) return false;
  const nlohmann::json tree = nlohmann::json::parse(text, nullptr, false);
  // A damaged file is recognised by its words.
  if (tree.is_discarded())
    return std::ranges::any_of(known, [&](const std::string& name) {
      const std::size_t at = text.find('"' + name + '"');
      return at != text.npos && text.substr(0, at).find_first_not_of("{ \t\r\n") == text.npos;
    });
  if (!tree.is_object()) return false;
  std::size_t found = 0;
  for (const auto& [key, value] : tree.items())
    if (known.contains(key) && value.is_object()) ++found;
  return tree.empty() || 2 * found > tree.size();
}

namespace {

/// The text of a scene inside an image or an experiment list; nothing: the file is of another kind.
std::optional<std::string> carried_scene(const std::string& path) {
  const bool is_list = suffix_of(path) == ".expt";
  if (!is_list && !formats::is_nexus_name(path)) return {};
  std::optional<std::string> text;
  if (is_list) {
    const std::string list = formats::read_text(path, "the experiment list");
    const nlohmann::json tree = formats::parse_json(list, path);
    if (tree.is_object() && tree.contains(formats::expt_scene_key) && tree[formats::expt_scene_key].is_string())
      text = tree[formats::expt_scene_key].get<std::string>();
  } else {
    text = formats::read_nxmx_record(path, "scene");
  }
  if (!text)
    throw Error::runtime(
        {.what = "the file carries no scene",
         .where = in_quotes(path),
         .rule = "images and experiment lists carry one if `femtobragg simulate -save_scene` wrote them",
         .remedy = "save the scene of a run by `femtobragg simulate -save_scene`"});
  return text;
}

}  // namespace

bool names_scene(const std::string& path) {
  const std::string suffix = suffix_of(path);
  return suffix == ".toml" || suffix == ".json" || suffix == ".expt" || formats::is_nexus_name(path);
}

Scene read_scene(const std::string& path) {
  if (const auto text = carried_scene(path))
    return parse_scene(*text, "the scene in " + path, Notation::Toml, std::filesystem::path(path).parent_path());
  const Notation notation = notation_of(path);
  const std::string text = formats::read_text(path, "the scene");
  return parse_scene(text, path, notation, std::filesystem::path(path).parent_path());
}

}  // namespace femtobragg::scene
