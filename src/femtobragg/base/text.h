// Numbers to text and back, the same in every locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace femtobragg {

/// The shortest form with that many significant digits (as printf's %g).
std::string format_number(double value, int significant_digits = 6);
/// Fixed notation with that many decimals (as printf's %f).
std::string format_fixed(double value, int decimals);
/// Quotes text for messages, with control characters spelled out so that a message stays one line.
std::string in_quotes(std::string_view text);

/// The number that the whole text spells, or nothing. Accepts decimal numbers, inf and nan, but not hexadecimal.
std::optional<double> parse_number(std::string_view text);
std::optional<std::int64_t> parse_integer(std::string_view text);

/// A number found at the start of a text, and how many characters it takes.
template <class T>
struct NumberPrefix {
  T value{};
  std::size_t length = 0;  ///< 0: the text does not start with a number
};

/// The longest number at the start of the text, after blanks (like C's strtod, including hexadecimal).
NumberPrefix<double> number_prefix(std::string_view text);
/// The longest run of digits with an optional sign at the start of the text, after blanks. Values beyond 64 bits
/// saturate.
NumberPrefix<std::int64_t> integer_prefix(std::string_view text);

}  // namespace femtobragg
