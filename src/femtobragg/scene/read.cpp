// From a document to a scene, field by field.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <type_traits>

#include "femtobragg/base/error.h"
#include "femtobragg/base/near_words.h"
#include "femtobragg/base/plain_text.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/tables/spectrum_file.h"
#include "femtobragg/scene/document.h"
#include "femtobragg/scene/fields.h"
#include "femtobragg/scene/quantity.h"
#include "femtobragg/scene/scene_file.h"

namespace femtobragg::scene {
namespace {

using nlohmann::ordered_json;

constexpr double most_whole = 9007199254740992;  // 2^53: doubles hold whole numbers to there

class Reader {
 public:
  Reader(const Document& document, std::filesystem::path folder) : document_(document), folder_(std::move(folder)) {}

  Scene read() {
    if (!document_.tree.is_object())
      refuse("not a scene", "", "it must be a table of sections", "see `femtobragg scene new`");
    Scene scene;
    std::set<std::string> known = {"detector.panel",      "beam.source",          "crystal.lattice",
                                   "background.material", "attenuation.obstacle", "attenuation.medium"};
    for (const Section<Scene>& section : sections()) known.insert(std::string(section.name));
    require_known(document_.tree, "", known);
    for (const Section<Scene>& section : sections())
      if (const ordered_json* table = find(section.name))
        read_fields(section, *table, std::string(section.name), scene);
    settle_sensor(scene.detector.sensor);
    read_list<Panel>("detector.panel", panel_section(),
                     [&](Panel panel, const ordered_json& table, const std::string& path) {
                       complete_unsaid(panel, table, path);
                       scene.detector.panels.push_back(std::move(panel));
                     });
    read_list<Source>(
        "beam.source", source_section(),
        [&](const Source& source, const ordered_json&, const std::string&) { scene.beam.sources.push_back(source); });
    read_list<formats::ListedCrystal>("crystal.lattice", lattice_section(),
                                      [&](const formats::ListedCrystal& lattice, const ordered_json&,
                                          const std::string&) { scene.crystal.lattices.push_back(lattice); });
    read_list<BackgroundScene>("background.material", material_section(),
                               [&](const BackgroundScene& background, const ordered_json&, const std::string&) {
                                 scene.backgrounds.push_back(background);
                               });
    read_list<Obstacle>("attenuation.obstacle", obstacle_section(),
                        [&](Obstacle obstacle, const ordered_json& table, const std::string&) {
                          if (!table.contains("shape")) settle_shape(obstacle);
                          scene.attenuation.obstacles.push_back(std::move(obstacle));
                        });
    read_list<Medium>("attenuation.medium", medium_section(),
                      [&](Medium medium, const ordered_json&, const std::string&) {
                        scene.attenuation.media.push_back(std::move(medium));
                      });
    return scene;
  }

 private:
  [[noreturn]] void refuse(const std::string& what, const std::string& path, const std::string& rule,
                           const std::string& remedy, const std::string& value = {}) const {
    throw Error::usage({.what = what,
                        .where = path.empty() ? document_.name : document_.place(path),
                        .value = value,
                        .rule = rule,
                        .remedy = remedy});
  }

  /// With a material, the thickness says how much it absorbs.
  static void settle_sensor(SensorScene& sensor) {
    if (sensor.material.empty() || !sensor.thickness_m || sensor.attenuation_per_m) return;
    sensor.material_thickness_m = *sensor.thickness_m;
    sensor.thickness_m.reset();
  }

  /// What has corners is a polygon.
  static void settle_shape(Obstacle& obstacle) {
    if (!obstacle.corners_m.empty() || !obstacle.corners_px.empty()) obstacle.shape = ObstacleShape::Polygon;
  }

  /// The table of a dotted name, or null.
  const ordered_json* find(std::string_view dotted) const {
    const ordered_json* at = &document_.tree;
    std::string path;
    for (std::size_t begin = 0; begin <= dotted.size();) {
      const std::size_t end = std::min(dotted.find('.', begin), dotted.size());
      const std::string key(dotted.substr(begin, end - begin));
      path += (path.empty() ? "" : ".") + key;
      if (!at->contains(key)) return nullptr;
      at = &(*at)[key];
      begin = end + 1;
      if (!at->is_object() && begin <= dotted.size())
        refuse("not a table", path, "it must be a section", "write [" + path + "]");
    }
    return at;
  }

  static bool holds_tables(const ordered_json& value) {
    return value.is_object() || (value.is_array() && !value.empty() && value.front().is_object());
  }

  /// Tables that are no section; keys are looked at where fields are read.
  void require_known(const ordered_json& table, const std::string& path, const std::set<std::string>& known) const {
    for (const auto& [key, value] : table.items()) {
      const std::string inner = path.empty() ? key : path + "." + key;
      if (!holds_tables(value)) {
        if (path.empty())
          refuse("a key is outside the sections", inner, "keys must be in sections such as [beam]", "move it");
        continue;
      }
      if (!known.contains(inner)) {
        if (inner == "recipe" || inner == "vary" || inner == "draw")
          refuse("a recipe, which has many scenes", inner, "a scene has one value for each key",
                 "see `femtobragg recipe check`, or remove it");
        const std::vector<std::string> names(known.begin(), known.end());
        const std::string near = nearest_word(inner, names);
        refuse("unknown section", inner, near.empty() ? "there are " + joined(names) : "did you mean [" + near + "]?",
               "correct or remove it");
      }
      if (value.is_object()) require_known(value, inner, known);
    }
  }

  template <class Name>
  static std::string joined(const std::vector<Name>& names, std::string_view between = ", ") {
    std::string text;
    for (const Name& name : names) {
      if (!text.empty()) text += between;
      text += name;
    }
    return text;
  }

  template <class Owner>
  struct Match {
    const Field<Owner>* field = nullptr;
    const Unit* unit = nullptr;
  };

  template <class Owner>
  static Match<Owner> match(const Section<Owner>& section, std::string_view key) {
    for (const Field<Owner>& field : section.fields) {
      if (field.units.empty() && key == field.name) return {&field, nullptr};
      for (const Unit& unit : field.units)
        if (key == key_of(field.name, &unit)) return {&field, &unit};
    }
    return {};
  }

  template <class Owner>
  static std::vector<std::string> keys_of(const Section<Owner>& section) {
    std::vector<std::string> keys;
    for (const Field<Owner>& field : section.fields) {
      if (field.units.empty()) keys.emplace_back(field.name);
      for (const Unit& unit : field.units) keys.push_back(key_of(field.name, &unit));
    }
    return keys;
  }

  template <class Owner>
  [[noreturn]] void refuse_key(const Section<Owner>& section, const std::string& key, const std::string& path) const {
    for (const Field<Owner>& field : section.fields)
      if (field.name == key) {
        std::vector<std::string> keys;
        for (const Unit& unit : field.units) keys.push_back(key_of(field.name, &unit));
        refuse("a number has no unit", path, "its key must end in the unit: " + joined(keys), "choose one");
      }
    const std::string near = nearest_word(key, keys_of(section));
    refuse("unknown key", path,
           near.empty() ? "[" + std::string(section.name) + "] has " + joined(keys_of(section))
                        : "did you mean " + near + "?",
           "correct or remove it");
  }

  template <class Owner>
  void read_fields(const Section<Owner>& section, const ordered_json& table, const std::string& path, Owner& owner) {
    if (!table.is_object()) refuse("not a table", path, "it must be a section", "write [" + path + "]");
    std::map<const Field<Owner>*, std::string> seen;
    std::set<std::string_view> off;  // keys that say false
    for (const auto& [key, value] : table.items()) {
      const std::string place = path + "." + key;
      if (holds_tables(value)) {
        // require_known() has looked at those of sections; tables of a list hold none.
        if constexpr (std::is_same_v<Owner, Scene>) continue;
        refuse("a table is inside a table", place, "[[" + std::string(section.name) + "]] has keys only", "remove it");
      }
      const auto [field, unit] = match(section, key);
      if (!field) refuse_key(section, key, place);
      if (const auto [twice, is_new] = seen.emplace(field, key); !is_new)
        refuse("a quantity is given twice", place, twice->second + " already gives it", "remove one of them");
      if (value == false) off.insert(field->name);
      field->set(owner, value_of(*field, unit, value, place));
    }
    for (const auto& [field, key] : seen) {
      const auto has = [&](std::string_view name) {
        return !off.contains(name) &&
               std::ranges::any_of(seen, [&](const auto& other) { return other.first->name == name; });
      };
      if (!field->needs.empty() && std::ranges::none_of(field->needs, has))
        refuse("a key has no meaning alone", path + "." + key, "it needs " + joined(field->needs, " or "),
               "add that, or remove it");
      for (const std::string_view other : field->excludes)
        if (has(field->name) && has(other))
          refuse("two keys contradict each other", path + "." + key, std::string(other) + " says otherwise",
                 "remove one of them");
    }
  }

  template <class Owner>
  Value value_of(const Field<Owner>& field, const Unit* unit, const ordered_json& json,
                 const std::string& place) const {
    switch (field.kind) {
      case Kind::Flag:
        if (json.is_boolean()) return json.get<bool>();
        wrong(place, json, "it must be true or false");
      case Kind::Count: {
        const std::int64_t x = whole(json, place);
        require_range(field, static_cast<double>(x), nullptr, json, place);
        return x;
      }
      case Kind::Counts:
      case Kind::Numbers: return numbers(field, unit, json, place);
      case Kind::Number: {
        const double x = number(json, place, unit, field.may_be_infinite);
        require_range(field, x, unit, json, place);
        return NumberList{x};
      }
      case Kind::Text:
      case Kind::Choice:
      case Kind::File: break;
      case Kind::Texts: return texts(json, place);
    }
    if (!json.is_string()) wrong(place, json, "it must be a string in quotes");
    const std::string text = json.get<std::string>();
    if (text.empty()) refuse("an empty value", place, "it must not be empty", "remove the key to leave it unsaid");
    if (field.kind == Kind::Choice && std::ranges::find(field.choices, text) == field.choices.end()) {
      std::vector<std::string> choices(field.choices.begin(), field.choices.end());
      wrong(place, json, "it must be one of " + joined(choices));
    }
    return field.kind == Kind::File ? found(text) : text;
  }

  template <class Owner>
  void require_range(const Field<Owner>& field, double x, const Unit* unit, const ordered_json& json,
                     const std::string& place) const {
    if (x >= field.least && x <= field.most) return;
    const auto typed = [&](double limit) { return format_number(unit ? unit->from_base(limit) : limit); };
    if (std::isfinite(field.most))
      wrong(place, json, "it must be from " + typed(field.least) + " to " + typed(field.most));
    const bool strictly = field.least > 0 && field.least < 1e-300;
    wrong(place, json, strictly ? "it must be above zero" : "it must be at least " + typed(field.least));
  }

  [[noreturn]] void wrong(const std::string& place, const ordered_json& json, const std::string& rule) const {
    // JSON has no words for what is not finite.
    const bool finite = !json.is_number_float() || std::isfinite(json.get<double>());
    refuse("wrong value", place, rule, "correct it",
           finite ? shortened(json.dump()) : format_number(json.get<double>()));
  }

  static std::string shortened(const std::string& text) {
    constexpr std::size_t most = 60;
    return text.size() > most ? text.substr(0, most) + "..." : text;
  }

  std::int64_t whole(const ordered_json& json, const std::string& place) const {
    if (json.is_number())
      if (const double x = json.get<double>(); std::abs(x) < most_whole && x == std::floor(x))
        return static_cast<std::int64_t>(x);
    wrong(place, json, "it must be a whole number below 2^53");
  }

  double number(const ordered_json& json, const std::string& place, const Unit* unit, bool may_be_infinite) const {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (may_be_infinite && (json == infinity_in_json || json == infinity)) return infinity;
    if (!json.is_number()) wrong(place, json, "it must be a number");
    const double x = json.get<double>();
    if (!std::isfinite(x)) wrong(place, json, "it must be a finite number");
    return unit ? unit->to_base(x) : x;
  }

  template <class Owner>
  NumberList numbers(const Field<Owner>& field, const Unit* unit, const ordered_json& json,
                     const std::string& place) const {
    const std::string count = field.size ? std::to_string(field.size) + " numbers" : "numbers";
    if (!json.is_array() || (field.size && json.size() != field.size))
      wrong(place, json, "it must be a list of " + count);
    NumberList list;
    for (std::size_t i = 0; i < json.size(); ++i) {
      const std::string item = place + "[" + std::to_string(i) + "]";
      list.push_back(field.kind == Kind::Counts ? static_cast<double>(whole(json[i], item))
                                                : number(json[i], item, unit, field.may_be_infinite));
      require_range(field, list.back(), unit, json[i], item);
      if (field.kind == Kind::Counts && list.back() < 0) wrong(item, json[i], "it must be a whole number from 0 up");
    }
    return list;
  }

  TextList texts(const ordered_json& json, const std::string& place) const {
    TextList list;
    if (!json.is_array()) wrong(place, json, "it must be a list of strings");
    for (const ordered_json& item : json) {
      if (!item.is_string() || item.get<std::string>().empty())
        wrong(place, json, "it must be a list of strings that are not empty");
      list.push_back(item.get<std::string>());
    }
    return list;
  }

  std::string found(const std::string& file) const {
    if (file.empty() || folder_.empty() || std::filesystem::path(file).is_absolute()) return file;
    return (folder_ / file).lexically_normal().string();
  }

  template <class Owner, class Take>
  void read_list(const std::string& path, const Section<Owner>& section, Take&& take) {
    const ordered_json* list = find(path);
    if (!list) return;
    if (!list->is_array()) refuse("not a list", path, "it must be a list of tables", "write [[" + path + "]]");
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string item = path + "[" + std::to_string(i) + "]";
      Owner owner;
      read_fields(section, (*list)[i], item, owner);
      for (const Field<Owner>& field : section.fields)
        if (field.default_text.empty() && !says(field, (*list)[i]))
          refuse("a key is missing", item,
                 "each must have " + key_of(field.name, field.units.empty() ? nullptr : &field.units[0]), "add it");
      take(std::move(owner), (*list)[i], item);
    }
  }

  template <class Owner>
  static bool says(const Field<Owner>& field, const ordered_json& table) {
    if (field.units.empty()) return table.contains(std::string(field.name));
    return std::ranges::any_of(field.units,
                               [&](const Unit& unit) { return table.contains(key_of(field.name, &unit)); });
  }

  /// What is said counts, the rest follows.
  void complete_unsaid(Panel& panel, const ordered_json& table, const std::string& path) const {
    const Panel said = panel;
    try {
      complete(panel, document_.place(path));
    } catch (const Error& error) {
      throw Error::usage(error.parts());
    }
    const auto says_so = [&](std::string_view name) {
      const auto& fields = panel_section().fields;
      return says(*std::ranges::find(fields, name, &Field<Panel>::name), table);
    };
    if (says_so("normal")) panel.normal = said.normal;
    if (says_so("area_ratio")) panel.area_ratio = said.area_ratio;
    if (says_so("point_pixel_area")) panel.point_pixel_area_m2 = said.point_pixel_area_m2;
  }

  const Document& document_;
  std::filesystem::path folder_;
};

}  // namespace

Scene parse_scene(std::string_view text, const std::string& name, Notation notation,
                  const std::filesystem::path& folder) {
  return read_document(notation == Notation::Toml ? parse_toml(text, name) : parse_json_document(text, name), folder);
}

Scene read_document(const Document& document, const std::filesystem::path& folder) {
  return Reader(document, folder).read();
}

}  // namespace femtobragg::scene
