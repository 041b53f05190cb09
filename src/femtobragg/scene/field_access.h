// From members of a scene to the values of its fields, and back.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "femtobragg/base/vec3.h"
#include "femtobragg/scene/fields.h"

namespace femtobragg::scene {

inline Value to_value(bool x) { return x; }
inline Value to_value(std::int64_t x) { return x; }
inline Value to_value(std::size_t x) { return static_cast<std::int64_t>(x); }
inline Value to_value(double x) { return NumberList{x}; }
inline Value to_value(const std::string& x) { return x; }
inline Value to_value(const std::vector<std::string>& x) { return x; }
inline Value to_value(const NumberList& x) { return x; }
inline Value to_value(const Vec3d& x) { return NumberList{x.x, x.y, x.z}; }
template <class T, std::size_t n>
Value to_value(const std::array<T, n>& x) {
  return NumberList(x.begin(), x.end());
}

inline void from_value(bool& x, const Value& v) { x = std::get<bool>(v); }
inline void from_value(std::int64_t& x, const Value& v) { x = std::get<std::int64_t>(v); }
inline void from_value(std::size_t& x, const Value& v) { x = static_cast<std::size_t>(std::get<std::int64_t>(v)); }
inline void from_value(double& x, const Value& v) { x = std::get<NumberList>(v).at(0); }
inline void from_value(std::string& x, const Value& v) { x = std::get<std::string>(v); }
inline void from_value(std::vector<std::string>& x, const Value& v) { x = std::get<TextList>(v); }
inline void from_value(NumberList& x, const Value& v) { x = std::get<NumberList>(v); }
inline void from_value(Vec3d& x, const Value& v) {
  const NumberList& n = std::get<NumberList>(v);
  x = {n.at(0), n.at(1), n.at(2)};
}
template <class T, std::size_t n>
void from_value(std::array<T, n>& x, const Value& v) {
  for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<T>(std::get<NumberList>(v).at(i));
}
template <class T>
void from_value(std::optional<T>& x, const Value& v) {
  from_value(x.emplace(), v);
}

/// One of a member's members: member<&Scene::beam, &BeamScene::size_m>.
template <auto first, auto... rest, class Owner>
auto& member(Owner& owner) {
  if constexpr (sizeof...(rest) == 0)
    return owner.*first;
  else
    return member<rest...>(owner.*first);
}

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class Owner, auto... path>
std::optional<Value> get(const Owner& owner) {
  const auto& x = member<path...>(owner);
  if constexpr (is_optional<std::remove_cvref_t<decltype(x)>>) {
    return x ? std::optional(to_value(*x)) : std::nullopt;
  } else {
    static const Owner as_by_default{};
    return x == member<path...>(as_by_default) ? std::nullopt : std::optional(to_value(x));
  }
}

template <class Owner, auto... path>
void set(Owner& owner, const Value& value) {
  from_value(member<path...>(owner), value);
}

/// The words stand in the order of the enumeration.
template <class Owner, const auto& words, auto... path>
std::optional<Value> get_choice(const Owner& owner) {
  static const Owner as_by_default{};
  const auto x = member<path...>(owner);
  if (x == member<path...>(as_by_default)) return {};
  return std::string(words[static_cast<std::size_t>(x)]);
}

template <class Owner, const auto& words, auto... path>
void set_choice(Owner& owner, const Value& value) {
  using Enum = std::remove_cvref_t<decltype(member<path...>(owner))>;
  const auto& word = std::get<std::string>(value);
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i] == word) member<path...>(owner) = static_cast<Enum>(i);
}

/// Rows of the table whose field is a member.
struct Words {
  std::string_view name, example, by_default, help;
};

template <class Owner, auto... path>
Field<Owner> plain(Kind kind, const Words& w, Units units = no_unit, std::size_t size = 0) {
  return {w.name, kind, units, size, {}, w.example, w.by_default, w.help, set<Owner, path...>, get<Owner, path...>};
}

template <class Owner, const auto& words, auto... path>
Field<Owner> choice(const Words& w) {
  return {w.name,
          Kind::Choice,
          no_unit,
          0,
          {words.begin(), words.end()},
          w.example,
          w.by_default,
          w.help,
          set_choice<Owner, words, path...>,
          get_choice<Owner, words, path...>};
}

}  // namespace femtobragg::scene
