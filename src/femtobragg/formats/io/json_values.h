// Typed access to JSON values, with messages that say where a value is.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/base/mat3.h"

namespace femtobragg::formats {

/// A JSON value, which must outlive this object, and the path to it. A value of the wrong kind throws Error(Runtime)
/// with that path.
class JsonPlace {
 public:
  JsonPlace(const nlohmann::json& value, std::string path) : value_(&value), path_(std::move(path)) {}

  const nlohmann::json& value() const { return *value_; }
  const std::string& path() const { return path_; }

  /// Whether it is an object that has this key with a value other than null.
  bool has(const char* key) const;
  JsonPlace at(const char* key) const;
  JsonPlace item(std::size_t i) const;
  /// Number of values in a list.
  std::size_t size() const;
  bool is_list() const;
  bool is_object() const;
  double number() const;      ///< finite
  std::size_t count() const;  ///< whole, 0 to 2^31
  std::string text() const;
  Vec3d vector() const;
  Mat3d matrix() const;  ///< nine numbers, row by row
  /// Keys of an object that have a value and are none of these.
  std::vector<std::string> others(std::span<const std::string_view> known) const;

  [[noreturn]] void refuse(const char* what, const std::string& rule) const;

 private:
  const nlohmann::json* value_;
  std::string path_;
};

/// Throws Error(Runtime) that names file and line.
nlohmann::json parse_json(std::string_view text, const std::string& name);

}  // namespace femtobragg::formats
