// Flags of obstacles, gases, windows and the sample's own matter, one row for each; nanoBragg has none of them. Their
// words become a scene: keys, units and limits are those of its fields.
#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/nanobragg/flags/flag_groups.h"
#include "femtobragg/scene/fields.h"
#include "femtobragg/scene/quantity.h"
#include "femtobragg/scene/scene_file.h"

namespace femtobragg::nanobragg {
namespace {

using O = Options;
using V = FlagValues;

constexpr std::string_view in_the_way = "Obstacles and attenuation";

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::string json_text(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

std::string number_text(const std::string& text, const std::string& key, const V& v) {
  const std::optional<double> number = parse_number(text);
  if (!number || !std::isfinite(*number)) v.refuse(0, key + " takes a finite number; several are separated by /");
  return format_number(*number, 17);
}

/// KEY=VALUE as a member of JSON. A key may leave out its unit: the first of the field's.
template <class Owner>
std::string member(const scene::Section<Owner>& section, const std::string& prefix, const std::string& part,
                   const V& v) {
  const std::size_t equals = part.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == part.size())
    v.refuse(0, "after its first word it takes KEY=VALUE,KEY=VALUE ...; keys are in `femtobragg scene reference`, [" +
                    std::string(section.name) + "]");
  std::string key = prefix + part.substr(0, equals);
  const std::string text = part.substr(equals + 1);
  for (const scene::Field<Owner>& field : section.fields) {
    const bool named = key == field.name;
    if (!named && std::ranges::none_of(
                      field.units, [&](const scene::Unit& unit) { return key == scene::key_of(field.name, &unit); }))
      continue;
    if (named && !field.units.empty()) key = scene::key_of(field.name, &field.units[0]);
    if (field.kind == scene::Kind::Number || field.kind == scene::Kind::Count)
      return json_text(key) + ": " + number_text(text, key, v);
    if (field.kind != scene::Kind::Numbers) break;
    std::string list;
    for (const std::string& one : split(text, '/')) list += (list.empty() ? "" : ", ") + number_text(one, key, v);
    return json_text(key) + ": [" + list + "]";
  }
  return json_text(key) + ": " + json_text(text);
}

/// A table of JSON: members that the flag says by itself, then those of its words.
template <class Owner>
std::string table(const scene::Section<Owner>& section, const std::string& prefix, std::string members,
                  const std::string& words, const V& v) {
  if (words.empty()) return "{" + members + "}";
  for (const std::string& part : split(words, ',')) {
    const std::string one = member(section, prefix, part, v);
    if (members.find(one.substr(0, one.find(": ") + 1)) != std::string::npos)
      v.refuse(0, part.substr(0, part.find('=')) + " is given twice");
    members += (members.empty() ? "" : ", ") + one;
  }
  return "{" + members + "}";
}

/// Errors name the key as part of the flag's word.
Attenuation parsed(const std::string& inner, const V& v) {
  try {
    return scene::parse_scene(R"({"attenuation": )" + inner + "}", "", scene::Notation::Json, {}).attenuation;
  } catch (const Error& error) {
    ErrorText parts = error.parts();
    parts.where = parts.where.substr(parts.where.rfind('.') + 1) + " of " + v.flag() + " " + v.word(0);
    throw Error::usage(parts);
  }
}

/// What is before the first colon, and what is after it.
std::pair<std::string, std::string> head_and_rest(const V& v) {
  const std::string& word = v.word(0);
  const std::size_t colon = word.find(':');
  if (colon == 0) v.refuse(0, "its first word is missing");
  return {word.substr(0, colon), colon == std::string::npos ? "" : word.substr(colon + 1)};
}

void add_obstacle(O& o, const std::string& shape, const std::string& words, const V& v) {
  const std::string one = table(scene::obstacle_section(), "", R"("shape": )" + json_text(shape), words, v);
  o.attenuation.obstacles.push_back(parsed(R"({"obstacle": [)" + one + "]}", v).obstacles.at(0));
}

void add_beam_stop(O& o, const V& v) {
  const auto [shape, words] = head_and_rest(v);
  add_obstacle(o, shape, words, v);
}

void add_shadow(O& o, const V& v) { add_obstacle(o, "polygon", v.word(0), v); }

Medium medium_of(const V& v) {
  const auto [material, words] = head_and_rest(v);
  const std::string one = table(scene::medium_section(), "", R"("material": )" + json_text(material), words, v);
  return parsed(R"({"medium": [)" + one + "]}", v).media.at(0);
}

void add_gas(O& o, const V& v) {
  const Medium gas = medium_of(v);
  if (gas.thickness_m) v.refuse(0, "gas is from one distance to another; -window has a thickness");
  o.attenuation.media.push_back(gas);
}

void add_window(O& o, const V& v) {
  const Medium window = medium_of(v);
  if (!window.thickness_m) v.refuse(0, "a window needs its thickness in mm: kapton:thickness=0.05,from=20");
  o.attenuation.media.push_back(window);
}

void set_absorber(O& o, const V& v) {
  if (o.attenuation.sample != SampleMatter{})
    v.refuse(0, "it is given twice, and the crystal has one form of matter around it");
  const auto [form, words] = head_and_rest(v);
  const std::string one = table(scene::attenuation_section(), "sample_", R"("sample": )" + json_text(form), words, v);
  o.attenuation.sample = parsed(one, v).sample;
}

void set_mask_below(O& o, const V& v) {
  o.attenuation.mask_below = v.number(0);
  if (!(o.attenuation.mask_below >= 0 && o.attenuation.mask_below <= 1)) v.refuse(0, "it must be 0 to 1");
}

}  // namespace

std::vector<Flag> attenuation_flags() {
  // clang-format off
  std::vector<Flag> flags = {
      {{"beamstop"}, in_the_way, 1, 1, "SHAPE:KEY=VALUE,...", "none", "a beam stop, a disc, square or rod: size, distance, offset=FAST/SLOW (mm), arm, direction, transmission or material and thickness; can be repeated", add_beam_stop},
      {{"shadow"}, in_the_way, 1, 1, "KEY=VALUE,...", "none", "a polygon: corners=F/S/F/S/... (mm) at a distance, or outline=F/S/... in the pixels of a panel; transmission; can be repeated", add_shadow},
      {{"gas"}, in_the_way, 1, 1, "MATERIAL[:KEY=VALUE,...]", "none", "gas that scattered light goes through, such as air or helium:from=10,to=90 (mm from the sample); can be repeated", add_gas},
      {{"window"}, in_the_way, 1, 1, "MATERIAL:KEY=VALUE,...", "none", "a window square to the beam: thickness, from (mm), density; can be repeated", add_window},
      {{"absorber"}, in_the_way, 1, 1, "FORM:KEY=VALUE,...", "none", "matter around the crystal, a slab or cylinder: material or attenuation, size (mm), direction=X/Y/Z", set_absorber},
      {{"mask_below"}, in_the_way, 1, 1, "fraction", "0.9", "masks of .nxs files and of -expt mark pixels to which obstacles leave less of the sample's light; 0: none", set_mask_below},
  };
  // clang-format on
  for (Flag& flag : flags) flag.simulate_only = true;
  return flags;
}

}  // namespace femtobragg::nanobragg
