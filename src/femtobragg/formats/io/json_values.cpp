// Checks of JSON values.
#include "femtobragg/formats/io/json_values.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::formats {

bool JsonPlace::has(const char* key) const {
  const auto found = value_->is_object() ? value_->find(key) : value_->end();
  return found != value_->end() && !found->is_null();
}

JsonPlace JsonPlace::at(const char* key) const {
  if (!has(key)) refuse("a missing value", "it must have '" + std::string(key) + "'");
  return {(*value_)[key], path_ + " " + key};
}

JsonPlace JsonPlace::item(std::size_t i) const {
  if (!value_->is_array() || i >= value_->size())
    refuse("there is no such entry in the list", "it needs an entry " + std::to_string(i));
  return {(*value_)[i], path_ + " " + std::to_string(i)};
}

std::size_t JsonPlace::size() const {
  if (!value_->is_array()) refuse("not a list", "it must be a list");
  return value_->size();
}

bool JsonPlace::is_list() const { return value_->is_array(); }
bool JsonPlace::is_object() const { return value_->is_object(); }

double JsonPlace::number() const {
  if (!value_->is_number() || !std::isfinite(value_->get<double>())) refuse("not a number", "it must be a number");
  return value_->get<double>();
}

std::size_t JsonPlace::count() const {
  const double v = number();
  if (v < 0 || v > 2147483648.0 || v != std::floor(v))
    refuse("not a whole number", "it must be a whole number, 0 to 2^31");
  return static_cast<std::size_t>(v);
}

std::string JsonPlace::text() const {
  if (!value_->is_string()) refuse("not text", "it must be text");
  return value_->get<std::string>();
}

Vec3d JsonPlace::vector() const {
  if (size() != 3) refuse("not a vector", "it must be three numbers");
  return {item(0).number(), item(1).number(), item(2).number()};
}

Mat3d JsonPlace::matrix() const {
  if (size() != 9) refuse("not a matrix", "it must be nine numbers");
  const auto row = [&](std::size_t i) { return Vec3d{item(i).number(), item(i + 1).number(), item(i + 2).number()}; };
  return {row(0), row(3), row(6)};
}

std::vector<std::string> JsonPlace::others(std::span<const std::string_view> known) const {
  std::vector<std::string> names;
  if (!value_->is_object()) return names;
  for (const auto& [key, value] : value_->items())
    if (!value.is_null() && std::ranges::find(known, key) == known.end()) names.push_back(key.substr(0, 60));
  return names;
}

void JsonPlace::refuse(const char* what, const std::string& rule) const {
  throw Error::runtime({.what = what, .where = path_, .rule = rule, .remedy = "correct the file"});
}

nlohmann::json parse_json(std::string_view text, const std::string& name) {
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    const std::size_t end = std::min<std::size_t>(error.byte, text.size());
    const auto line = 1 + std::ranges::count(text.substr(0, end), '\n');
    throw Error::runtime(
        {.what = "not JSON",
         .where = in_quotes(name) + " line " + std::to_string(line),
         .rule = end >= text.size() ? "the file ends too early" : "a value, ',' or a bracket is missing",
         .remedy = "correct the file, or copy it again"});
  } catch (const nlohmann::json::exception& error) {
    throw Error::runtime({.what = "not usable JSON", .where = in_quotes(name), .rule = error.what()});
  }
}

}  // namespace femtobragg::formats
