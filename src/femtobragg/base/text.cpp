// Number formatting and parsing through <charconv>, so that no locale can change a decimal point.
#include "femtobragg/base/text.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>

namespace femtobragg {
namespace {

std::string formatted(double value, std::chars_format format, int precision) {
  std::array<char, 400> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format, precision);
  return {buffer.data(), end.ptr};
}

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

std::size_t leading_blanks(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && is_space(text[i])) ++i;
  return i;
}

}  // namespace

std::string format_number(double value, int significant_digits) {
  return formatted(value, std::chars_format::general, significant_digits);
}

std::string format_fixed(double value, int decimals) { return formatted(value, std::chars_format::fixed, decimals); }

std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

std::optional<double> parse_number(std::string_view text) {
  const auto [value, length] = number_prefix(text);
  if (length == 0 || length != text.size() || is_space(text.front())) return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

NumberPrefix<double> number_prefix(std::string_view text) {
  const std::size_t blanks = leading_blanks(text);
  const char* begin = text.data() + blanks;
  const char* const end = text.data() + text.size();
  const bool negative = begin != end && *begin == '-';
  if (begin != end && (*begin == '-' || *begin == '+')) ++begin;
  if (begin == end || *begin == '-') return {};

  // from_chars reads hexadecimal digits only without their prefix.
  const bool hexadecimal = end - begin > 2 && begin[0] == '0' && (begin[1] == 'x' || begin[1] == 'X') &&
                           (std::isxdigit(static_cast<unsigned char>(begin[2])) || begin[2] == '.');
  double value = 0;
  const auto [stop, status] = hexadecimal ? std::from_chars(begin + 2, end, value, std::chars_format::hex)
                                          : std::from_chars(begin, end, value, std::chars_format::general);
  if (status == std::errc::invalid_argument) return {};
  if (status == std::errc::result_out_of_range) {
    // Too large and too small look alike to from_chars; the exponent's sign tells them apart.
    const std::string_view spelled(begin, static_cast<std::size_t>(stop - begin));
    const auto exponent = spelled.find_last_of(hexadecimal ? "pP" : "eE");
    const bool tiny = exponent == std::string_view::npos ? spelled.front() == '0' || spelled.front() == '.'
                                                         : spelled[exponent + 1] == '-';
    value = tiny ? 0.0 : std::numeric_limits<double>::infinity();
  }
  return {negative ? -value : value, static_cast<std::size_t>(stop - text.data())};
}

NumberPrefix<std::int64_t> integer_prefix(std::string_view text) {
  const std::size_t blanks = leading_blanks(text);
  const char* begin = text.data() + blanks;
  const char* const end = text.data() + text.size();
  if (begin != end && *begin == '+') {
    ++begin;
    if (begin != end && *begin == '-') return {};
  }
  std::int64_t value = 0;
  const auto [stop, status] = std::from_chars(begin, end, value);
  if (status == std::errc::invalid_argument) return {};
  if (status == std::errc::result_out_of_range)
    value = *begin == '-' ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
  return {value, static_cast<std::size_t>(stop - text.data())};
}

}  // namespace femtobragg
