// From a scene to a document, field by field.
#include <algorithm>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/scene/document.h"
#include "femtobragg/scene/fields.h"
#include "femtobragg/scene/quantity.h"
#include "femtobragg/scene/scene_file.h"

namespace femtobragg::scene {
namespace {

using nlohmann::ordered_json;

/// JSON has no number for it.
void word_infinity(ordered_json& json) {
  if (json.is_number_float() && json.get<double>() == std::numeric_limits<double>::infinity()) json = infinity_in_json;
  if (json.is_structured())
    for (ordered_json& item : json) word_infinity(item);
}

ordered_json numbers_json(const NumberList& numbers, bool list, bool counts) {
  const auto one = [&](double x) { return counts ? ordered_json(static_cast<std::int64_t>(x)) : ordered_json(x); };
  if (!list) return one(numbers.at(0));
  ordered_json json = ordered_json::array();
  for (const double x : numbers) json.push_back(one(x));
  return json;
}

template <class Owner>
void add(const Field<Owner>& field, const Value& value, const std::filesystem::path& folder, ordered_json& table) {
  const std::string name(field.name);
  if (field.kind == Kind::Number || field.kind == Kind::Numbers) {
    const Quantity quantity = in_unit(std::get<NumberList>(value), field.units);
    table[key_of(field.name, quantity.unit)] = numbers_json(quantity.numbers, field.kind == Kind::Numbers, false);
  } else if (field.kind == Kind::Counts) {
    table[name] = numbers_json(std::get<NumberList>(value), true, true);
  } else if (field.kind == Kind::File) {
    table[name] = formats::path_seen_from(folder, std::get<std::string>(value));
  } else {
    std::visit([&](const auto& x) { table[name] = x; }, value);
  }
}

template <class Owner>
ordered_json table_of(const Section<Owner>& section, const Owner& owner, const std::filesystem::path& folder) {
  // What a field needs may have been said by another description: without it, the field changes nothing.
  const auto is_said = [&](std::string_view name) {
    return std::ranges::find(section.fields, name, &Field<Owner>::name)->get(owner).has_value();
  };
  ordered_json table = ordered_json::object();
  for (const Field<Owner>& field : section.fields)
    if (const std::optional<Value> value = field.get(owner);
        value && (field.needs.empty() || std::ranges::any_of(field.needs, is_said)))
      add(field, *value, folder, table);
  return table;
}

/// The table of a dotted name, made where it is not there.
ordered_json& at(ordered_json& tree, std::string_view dotted) {
  ordered_json* at = &tree;
  for (std::size_t begin = 0; begin <= dotted.size();) {
    const std::size_t end = std::min(dotted.find('.', begin), dotted.size());
    at = &(*at)[std::string(dotted.substr(begin, end - begin))];
    begin = end + 1;
  }
  return *at;
}

}  // namespace

std::vector<std::string> idle_fields(const BeamScene& beam) {
  if (beam.flux_per_s > 0 || beam.exposure_s == BeamScene().exposure_s) return {};
  return {"beam.exposure without beam.flux: it changes headers of images, not their photons"};
}

std::string scene_text(const Scene& scene, Notation notation, const std::filesystem::path& folder) {
  if (scene.structure_factors.values)
    throw Error::usage({.what = "structure factors are not in a file",
                        .where = "structure_factors",
                        .rule = "a scene must name the file that they come from",
                        .remedy = "write them to a file"});
  ordered_json tree = ordered_json::object();
  for (const Section<Scene>& section : sections()) {
    if (ordered_json table = table_of(section, scene, folder); !table.empty()) {
      ordered_json& there = at(tree, section.name);
      for (auto& [key, value] : table.items()) there[key] = value;
    }
    if (section.name == "detector")
      for (const Panel& panel : scene.detector.panels)
        at(tree, panel_section().name).push_back(table_of(panel_section(), panel, folder));
    if (section.name == "beam")
      for (const Source& source : scene.beam.sources)
        at(tree, source_section().name).push_back(table_of(source_section(), source, folder));
    if (section.name == "crystal")
      for (const formats::ListedCrystal& lattice : scene.crystal.lattices)
        at(tree, lattice_section().name).push_back(table_of(lattice_section(), lattice, folder));
    if (section.name == "attenuation") {
      for (const Obstacle& obstacle : scene.attenuation.obstacles)
        at(tree, obstacle_section().name).push_back(table_of(obstacle_section(), obstacle, folder));
      for (const Medium& medium : scene.attenuation.media)
        at(tree, medium_section().name).push_back(table_of(medium_section(), medium, folder));
    }
    if (section.name == "background")
      for (const BackgroundScene& background : scene.backgrounds)
        at(tree, material_section().name).push_back(table_of(material_section(), background, folder));
  }
  if (notation == Notation::Toml) return toml_text(tree);
  word_infinity(tree);
  return tree.dump(2) + "\n";
}

}  // namespace femtobragg::scene
