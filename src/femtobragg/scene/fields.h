// The table of what a scene in a file can say. Readers, writers, schema, template and docs/scene.md follow it.
#pragma once

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "femtobragg/assemble/scene.h"
#include "femtobragg/scene/units.h"
#include "femtobragg/scene/value.h"

namespace femtobragg::scene {

enum class Kind {
  Flag,     ///< true or false
  Count,    ///< a whole number
  Counts,   ///< a list of them
  Number,   ///< a quantity, in one of its units
  Numbers,  ///< a list of them
  Text,
  Texts,
  Choice,  ///< one of some words
  File,    ///< a path, relative to the scene's own folder
};

/// What a field belongs to: the scene, or one of a list.
template <class Owner>
struct Field {
  std::string_view name;  ///< of the key, without its unit
  Kind kind;
  Units units;       ///< of numbers
  std::size_t size;  ///< of lists; 0: any
  std::vector<std::string_view> choices;
  std::string_view example;  ///< in the template, as TOML
  std::string_view default_text;
  std::string_view help;
  void (*set)(Owner& owner, const Value& value);
  /// Nothing: the default, which files need not state.
  std::optional<Value> (*get)(const Owner& owner);
  /// What numbers may be, both ends included, in SI.
  double least = -std::numeric_limits<double>::infinity(), most = std::numeric_limits<double>::infinity();
  std::vector<std::string_view> needs{};     ///< fields of the same section; without one of them it has no meaning
  std::vector<std::string_view> excludes{};  ///< fields of the same section that would say something else
  bool may_be_infinite = false;              ///< its numbers: inf, in JSON "inf"

  Field within(double low, double high) const {
    Field field = *this;
    field.least = low;
    field.most = high;
    return field;
  }
  Field from(double low) const { return within(low, most); }
  Field above_zero() const { return from(std::numeric_limits<double>::denorm_min()); }
  Field or_infinity() const {
    Field field = *this;
    field.may_be_infinite = true;
    return field;
  }
  /// One of them is enough.
  Field needing(std::vector<std::string_view> others) const {
    Field field = *this;
    field.needs = std::move(others);
    return field;
  }
  Field excluding(std::vector<std::string_view> others) const {
    Field field = *this;
    field.excludes = std::move(others);
    return field;
  }
};

template <class Owner>
struct Section {
  std::string_view name;  ///< dotted: "detector.sensor"
  std::string_view help;
  std::vector<Field<Owner>> fields;
};

std::span<const Section<Scene>> sections();
/// The fields of each [[detector.panel]], [[beam.source]], [[crystal.lattice]], [[background.material]],
/// [[attenuation.obstacle]] and [[attenuation.medium]].
const Section<Panel>& panel_section();
const Section<Source>& source_section();
const Section<formats::ListedCrystal>& lattice_section();
const Section<BackgroundScene>& material_section();
const Section<Obstacle>& obstacle_section();
const Section<Medium>& medium_section();
/// One of sections(): what of [attenuation] is no list.
Section<Scene> attenuation_section();

/// The files that a scene names.
std::vector<std::string> files_of(const Scene& scene);

/// Sets what follows from origin, axes and pixels: normal, area, region. Throws Error(Runtime) for an invalid panel.
void complete(Panel& panel, const std::string& where);

}  // namespace femtobragg::scene
