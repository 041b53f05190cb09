// Lists of types: what is written once for each of them.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace femtobragg {

template <class... T>
struct TypeList {
  static constexpr std::size_t size = sizeof...(T);
};

/// The place of a type in a list; the list's size if it is not there.
template <class T, class... Listed>
constexpr std::size_t place_in(TypeList<Listed...>) {
  std::size_t place = 0;
  (void)((std::is_same_v<T, Listed> || (++place, false)) || ...);
  return place;
}

/// Calls f with a null pointer to each type, in order.
template <class... Listed, class F>
constexpr void for_each_type(TypeList<Listed...>, F&& f) {
  (f(static_cast<Listed*>(nullptr)), ...);
}

/// Calls f with an object of the type at that place; of the last type for places beyond.
template <class First, class... Rest, class F>
[[gnu::always_inline]] inline decltype(auto) with_type_at(TypeList<First, Rest...>, std::size_t place, F&& f) {
  if constexpr (sizeof...(Rest) == 0)
    return std::forward<F>(f)(First{});
  else
    return place == 0 ? std::forward<F>(f)(First{}) : with_type_at(TypeList<Rest...>{}, place - 1, std::forward<F>(f));
}

}  // namespace femtobragg
