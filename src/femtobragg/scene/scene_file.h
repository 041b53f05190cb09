// Scenes in files: TOML for people, JSON for programs, both by the table of scene/fields.h.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/assemble/scene.h"

#pragma GCC visibility push(default)
namespace femtobragg::scene {

/// Whether a file of this name is a scene, or can carry one: .toml, .json; NXmx images and experiment lists.
bool names_scene(const std::string& path);

/// Whether JSON is meant as a scene: most of its keys are sections. Damaged text: it begins with one.
bool looks_like_json_scene(std::string_view text);

/// Reads a .toml or .json file, or the scene that an NXmx image or an experiment list (.expt) carries. Paths in it are
/// relative to its folder. Throws Error(Runtime) that names the file and the line if it is not TOML or JSON, or carries
/// no scene; Error(Usage) that names the key, and the nearest known one, for what no scene has.
Scene read_scene(const std::string& path);

enum class Notation { Toml, Json };
/// `name`: of the file, for messages; empty: there is none.
Scene parse_scene(std::string_view text, const std::string& name, Notation notation,
                  const std::filesystem::path& folder);

/// Quantities that change no photon as the beam is, a sentence each.
std::vector<std::string> idle_fields(const BeamScene& beam);

/// By the file's suffix. Throws Error(Usage) for others.
Notation notation_of(const std::string& path);

/// Every number is written such that it is read back to the last bit; defaults are omitted. Paths become
/// relative to `folder`. Throws Error(Usage) for structure factors that are not in a file.
std::string scene_text(const Scene& scene, Notation notation, const std::filesystem::path& folder);

/// A JSON schema (draft 2020-12), for editors and for programs that write scenes.
std::string scene_schema();
/// A commented scene to start from.
std::string scene_template();
/// docs/scene.md: every section and field.
std::string scene_reference();

}  // namespace femtobragg::scene
#pragma GCC visibility pop
