// A scene as a tree of tables, lists and values, whatever its notation.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "femtobragg/assemble/scene.h"

namespace femtobragg::scene {

/// How JSON, which has no such number, says that a number is infinite.
inline constexpr std::string_view infinity_in_json = "inf";

struct Document {
  std::string name;  ///< of the file; empty: there is none
  nlohmann::ordered_json tree;
  std::map<std::string, std::size_t> lines{};  ///< where keys stand, by their path, where that is known

  /// "beam.wavelength_A in line 3 of x.toml".
  std::string place(const std::string& path) const;
};

/// Throw Error(Runtime) that names the line.
Document parse_toml(std::string_view text, const std::string& name);
Document parse_json_document(std::string_view text, const std::string& name);

/// Paths in it are relative to the folder. Throws as parse_scene().
Scene read_document(const Document& document, const std::filesystem::path& folder);

/// TOML of a tree whose tables hold values, lists of numbers, texts, and lists of tables.
std::string toml_text(const nlohmann::ordered_json& tree);

}  // namespace femtobragg::scene
