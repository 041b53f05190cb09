// The table of fields, searched by path.
#include "femtobragg/scene/keys.h"

#include "femtobragg/base/near_words.h"
#include "femtobragg/scene/quantity.h"

namespace femtobragg::scene {
namespace {

/// A key, its path with "[]" after the name of a list, and its path without the unit.
template <class Visit>
void visit_keys(Visit&& visit) {
  const auto visit_section = [&](const auto& section, std::string_view item) {
    const std::string before = std::string(section.name) + std::string(item) + ".";
    for (const auto& field : section.fields) {
      const auto key = [&](const Unit* unit) {
        visit(Key{field.kind, field.units, unit, field.size}, before + key_of(field.name, unit),
              before + std::string(field.name));
      };
      if (field.units.empty()) key(nullptr);
      for (const Unit& unit : field.units) key(&unit);
    }
  };
  for (const Section<Scene>& section : sections()) visit_section(section, "");
  visit_section(panel_section(), "[]");
  visit_section(source_section(), "[]");
  visit_section(lattice_section(), "[]");
  visit_section(material_section(), "[]");
  visit_section(obstacle_section(), "[]");
  visit_section(medium_section(), "[]");
}

/// "background.material[0].scale" without the number.
std::string without_index(std::string_view path) {
  std::string text;
  bool inside = false;
  for (const char c : path) {
    if (c == ']') inside = false;
    if (!inside) text += c;
    if (c == '[') inside = true;
  }
  return text;
}

}  // namespace

std::optional<Key> find_key(std::string_view path) {
  const std::string wanted = without_index(path);
  std::optional<Key> found;
  visit_keys([&](const Key& key, const std::string& known, const std::string&) {
    if (known == wanted) found = key;
  });
  return found;
}

std::string meant_key(std::string_view path) {
  const std::string wanted = without_index(path);
  std::string units;
  std::vector<std::string> known;
  visit_keys([&](const Key&, const std::string& full, const std::string& bare) {
    if (bare == wanted) units += (units.empty() ? "" : ", ") + full;
    known.push_back(full);
  });
  if (!units.empty()) return "it must end in the unit: " + units;
  const std::string near = nearest_word(wanted, known);
  return near.empty() ? "docs/scene.md has the keys" : "did you mean " + near + "?";
}

}  // namespace femtobragg::scene
