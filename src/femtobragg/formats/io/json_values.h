// Values out of JSON, with messages that tell where they stand.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/base/mat3.h"

namespace femtobragg::formats {

/// A JSON value, which must outlive this, and the path to it. What is not as asked for throws Error(Runtime) with that
/// path.
class JsonPlace {
 public:
  JsonPlace(const nlohmann::json& value, std::string path) : value_(&value), path_(std::move(path)) {}

  const nlohmann::json& value() const { return *value_; }
  const std::string& path() const { return path_; }

  /// Whether it is an object with that key, and there is something there.
  bool has(const char* key) const;
  JsonPlace at(const char* key) const;
  JsonPlace item(std::size_t i) const;
  /// Of a list.
  std::size_t size() const;
  bool is_list() const;
  bool is_object() const;
  double number() const;      ///< finite
  std::size_t count() const;  ///< whole, 0 to 2^31
  std::string text() const;
  Vec3d vector() const;
  Mat3d matrix() const;  ///< nine numbers, row by row
  /// Keys of an object that hold something and are none of these.
  std::vector<std::string> others(std::span<const std::string_view> known) const;

  [[noreturn]] void refuse(const char* what, const std::string& rule) const;

 private:
  const nlohmann::json* value_;
  std::string path_;
};

/// Throws Error(Runtime) that names file and line.
nlohmann::json parse_json(std::string_view text, const std::string& name);

}  // namespace femtobragg::formats
