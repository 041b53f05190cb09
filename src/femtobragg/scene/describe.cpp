// What the table of fields says, as a schema, as a template, and as a page.
#include <nlohmann/json.hpp>

#include "femtobragg/scene/document.h"
#include "femtobragg/scene/fields.h"
#include "femtobragg/scene/quantity.h"
#include "femtobragg/scene/scene_file.h"

namespace femtobragg::scene {
namespace {

using nlohmann::ordered_json;

template <class Owner>
ordered_json type_of_numbers(const Field<Owner>& field) {
  if (!field.may_be_infinite) return {{"type", field.kind == Kind::Counts ? "integer" : "number"}};
  return {{"type", {"number", "string"}}, {"pattern", "^" + std::string(infinity_in_json) + "$"}};
}

template <class Owner>
ordered_json type_of(const Field<Owner>& field) {
  switch (field.kind) {
    case Kind::Flag: return {{"type", "boolean"}};
    case Kind::Count: return {{"type", "integer"}};
    case Kind::Number: return type_of_numbers(field);
    case Kind::Texts: return {{"type", "array"}, {"items", {{"type", "string"}}}};
    case Kind::Choice: return {{"enum", field.choices}};
    case Kind::Text:
    case Kind::File: return {{"type", "string"}};
    case Kind::Counts:
    case Kind::Numbers: break;
  }
  ordered_json list = {{"type", "array"}, {"items", type_of_numbers(field)}};
  if (field.size) list["minItems"] = list["maxItems"] = field.size;
  return list;
}

template <class Owner>
ordered_json schema_of(const Section<Owner>& section) {
  ordered_json properties = ordered_json::object();
  for (const Field<Owner>& field : section.fields) {
    const auto add = [&](const Unit* unit) {
      ordered_json type = type_of(field);
      type["description"] = field.help;
      // For programs that make their own interface of it.
      if (field.kind == Kind::File) type["format"] = "path";
      type["x-quantity"] = field.name;
      if (unit) type["x-unit"] = unit->suffix;
      if (unit && unit->to_base(2) == 2 * unit->to_base(1)) type["x-base"] = unit->to_base(1);
      type["x-default"] = field.default_text.empty() ? "required" : field.default_text;
      properties[key_of(field.name, unit)] = type;
    };
    if (field.units.empty()) add(nullptr);
    for (const Unit& unit : field.units) add(&unit);
  }
  return {
      {"type", "object"}, {"description", section.help}, {"properties", properties}, {"additionalProperties", false}};
}

template <class Owner>
std::string first_key(const Field<Owner>& field) {
  return key_of(field.name, field.units.empty() ? nullptr : &field.units[0]);
}

template <class Owner>
std::string rows_of(const Section<Owner>& section) {
  std::string text = "| key | default | meaning |\n|---|---|---|\n";
  for (const Field<Owner>& field : section.fields) {
    text += "| ";
    if (field.units.empty()) text += "`" + std::string(field.name) + "`";
    for (const Unit& unit : field.units)
      text += (&unit == &field.units[0] ? "`" : ", `") + key_of(field.name, &unit) + "`";
    text += " | " + std::string(field.default_text.empty() ? "required" : field.default_text) + " | " +
            std::string(field.help);
    for (const std::string_view choice : field.choices)
      text += (choice == field.choices.front() ? ": `" : ", `") + std::string(choice) + "`";
    text += " |\n";
  }
  return text;
}

constexpr std::string_view introduction = R"(# Scenes

A scene is a file that describes an experiment: detector, beam, crystal, structure factors, rotation. It can say
whatever the flags of `femtobragg simulate` say:

```sh
femtobragg scene new scene.toml && femtobragg scene check scene.toml
femtobragg simulate -cell 79 79 38 -default_F 100 -N 20 -distance 200 -detpixels 256 -o still.npy -save_scene still.toml && femtobragg simulate still.toml -o again.npy && cmp still.npy again.npy
```

| command | what it does |
|---|---|
| `femtobragg simulate SCENE [FLAGS]` | renders a scene; flags replace what it says |
| `-save_scene FILE` | on any command line of `simulate` and `nanoBragg`, and after `--` of `gradient`, `refine`, `orient` and `trace`: writes the rendered experiment as a scene |
| `femtobragg simulate IMAGE.nxs` | renders the scene in an NXmx image or an experiment list (`.expt`); runs with `-save_scene` write such files |
| `femtobragg scene new FILE` | writes a commented scene to start from |
| `femtobragg scene check FILE` | reads a scene and all its files, and reports what would be rendered |
| `femtobragg scene show FILE` | prints the scene in full: as TOML, or as JSON with `--json` |
| `femtobragg scene schema` | prints a JSON schema for editors |

- Files end in `.toml`; `.json` has the same tree for programs.
- A quantity's key ends in its unit: `distance_mm`, `distance_m`. Use any one of those in the table.
- A key that does not exist is an error, with the nearest one that does. So is a key that has no meaning
  without another, and one that another contradicts.
- Flags after a scene replace what it says, and what contradicts them: `-N` replaces a size, `-hkl` a model, `-sase`
  another spectrum. A flag that cannot be combined with the scene is an error: one that moves panels which the scene
  lists, `-quirks`, `-img`, `-mask`, `-geometry`.
- Paths are relative to the scene's own folder.
- Vectors are in one lab frame. Defaults have x along the beam, y up and z to the right, looking along the beam.
- A saved scene gives the same image, to the last bit. If a run has quirks, its scene has their physics; a quirk
  that a scene cannot describe is an error that names it.

)";

}  // namespace

std::string scene_schema() {
  ordered_json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                         {"title", "femtoBragg scene"},
                         {"type", "object"},
                         {"additionalProperties", false},
                         {"properties", ordered_json::object()}};
  const auto place = [&](std::string_view dotted) -> ordered_json& {
    const std::size_t dot = dotted.find('.');
    if (dot == std::string_view::npos) return schema["properties"][std::string(dotted)];
    return schema["properties"][std::string(dotted.substr(0, dot))]["properties"][std::string(dotted.substr(dot + 1))];
  };
  for (const Section<Scene>& section : sections()) place(section.name) = schema_of(section);
  place(panel_section().name) = {{"type", "array"}, {"items", schema_of(panel_section())}};
  place(source_section().name) = {{"type", "array"}, {"items", schema_of(source_section())}};
  place(lattice_section().name) = {{"type", "array"}, {"items", schema_of(lattice_section())}};
  place(obstacle_section().name) = {{"type", "array"}, {"items", schema_of(obstacle_section())}};
  place(medium_section().name) = {{"type", "array"}, {"items", schema_of(medium_section())}};
  place(material_section().name) = {{"type", "array"}, {"items", schema_of(material_section())}};
  return schema.dump(2) + "\n";
}

std::string scene_template() {
  std::string text =
      "# A scene for femtobragg simulate. Every key is optional; commented keys show what else there is.\n"
      "# docs/scene.md lists the units that keys may end in.\n";
  static constexpr std::string_view used[] = {"distance",   "pixels", "pixel_size", "wavelength",
                                              "cell_edges", "cells",  "misset",     "default_F"};
  for (const Section<Scene>& section : sections()) {
    if (section.name == "compatibility") continue;
    text += "\n# " + std::string(section.help) + "\n[" + std::string(section.name) + "]\n";
    for (const Field<Scene>& field : section.fields) {
      const bool on = std::ranges::find(used, field.name) != std::end(used);
      text += (on ? "" : "# ") + first_key(field) + " = " + std::string(field.example) + "  # " +
              std::string(field.help) + "\n";
    }
  }
  return text;
}

std::string scene_reference() {
  std::string text(introduction);
  for (const Section<Scene>& section : sections()) {
    text += "## [" + std::string(section.name) + "]\n\n" + std::string(section.help) + "\n\n" + rows_of(section) + "\n";
    if (section.name == "detector.sensor")
      text +=
          "## [[detector.panel]]\n\n" + std::string(panel_section().help) + "\n\n" + rows_of(panel_section()) + "\n";
    if (section.name == "beam")
      text += "## [[beam.source]]\n\n" + std::string(source_section().help) + "\n\n" + rows_of(source_section()) + "\n";
    if (section.name == "crystal")
      text += "## [[crystal.lattice]]\n\n" + std::string(lattice_section().help) + "\n\n" + rows_of(lattice_section()) +
              "\n";
    if (section.name == "attenuation")
      text += "## [[attenuation.obstacle]]\n\n" + std::string(obstacle_section().help) + "\n\n" +
              rows_of(obstacle_section()) + "\n## [[attenuation.medium]]\n\n" + std::string(medium_section().help) +
              "\n\n" + rows_of(medium_section()) + "\n";
    if (section.name == "background")
      text += "## [[background.material]]\n\n" + std::string(material_section().help) + "\n\n" +
              rows_of(material_section()) + "\n";
  }
  text.pop_back();
  return text;
}

}  // namespace femtobragg::scene
