// The spellings of flags: one dash or two, - or _ in names, "-flag=value", and lists "x,y,z" of numbers.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace femtobragg {

/// What a table knows of a flag that a word names.
struct KnownFlag {
  std::string word;             ///< as the parser of that table expects it, with dashes
  std::size_t most_values = 0;  ///< with more than one, "1,2,3" is three of them
};
/// Nothing: the name, without dashes, is no flag's.
using FlagLookup = std::function<std::optional<KnownFlag>(std::string_view name)>;

/// Whether two names of flags are the same: _ and - are.
bool same_flag_name(std::string_view a, std::string_view b);

/// The name in a word that is spelled like a flag: without dashes, and without "=value". Empty: a number or a value.
std::string_view name_in_flag(std::string_view word);

/// The words as parsers take them: a flag's name and each of its values is a word. What is not known stays as it is,
/// and so do all words after "--", if that ends the flags.
std::vector<std::string> separate_words(std::span<const std::string> words, const FlagLookup& known,
                                        bool dashes_end_flags);

}  // namespace femtobragg
