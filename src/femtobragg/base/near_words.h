// How near one word is to another, to suggest what was meant.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace femtobragg {

/// Letters to insert, delete or change; neighbours that are swapped count nothing.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// More wrong letters make a different word: -air is not a typo for -adc.
std::size_t most_slips(std::size_t letters);

/// The known word that is nearest to this one, whatever the case; empty: none is near.
std::string nearest_word(std::string_view word, const std::vector<std::string>& known);

/// A name that others use, and what it is called here.
struct WordMeant {
  std::string_view said, meant;
};
/// What the word, or the word without its unit, is called here; if need be whatever the case. Empty: not in the list.
std::string word_meant(std::string_view word, std::span<const WordMeant> list);

/// The name without a unit at its end: "distance" for "distance_mm".
std::string_view without_unit(std::string_view name);

}  // namespace femtobragg
