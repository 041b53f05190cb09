// Number formatting and parsing through <charconv>, so that no locale can change a decimal point.
#include "femtobragg/base/text.h"

#include <algorithm>
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

/// Whether text without a sign begins with a hexadecimal number: 0x and a digit, which a point may precede.
bool is_hexadecimal(std::string_view text) {
  const auto is_digit = [&](std::size_t i) {
    return i < text.size() && std::isxdigit(static_cast<unsigned char>(text[i])) != 0;
  };
  if (text.size() < 3 || text[0] != '0' || (text[1] != 'x' && text[1] != 'X')) return false;
  return is_digit(2) || (text[2] == '.' && is_digit(3));
}

/// Whether a number that a double cannot hold is too small rather than too large. `spelled` has no sign.
bool is_tiny(std::string_view spelled, bool hexadecimal) {
  const std::size_t digits_end = std::min(spelled.find_first_of(hexadecimal ? "pP" : "eE"), spelled.size());
  const std::string_view digits = spelled.substr(0, digits_end);
  const double exponent =
      digits_end < spelled.size() ? static_cast<double>(integer_prefix(spelled.substr(digits_end + 1)).value) : 0;
  const auto point = static_cast<double>(std::min(digits.find('.'), digits.size()));
  const auto first = static_cast<double>(std::min(digits.find_first_not_of("0."), digits.size()));
  return (point - first) * (hexadecimal ? 4 : 1) + exponent < 0;
}

std::size_t leading_blanks(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && is_space(text[i])) ++i;
  return i;
}

/// Bytes of the printable character that the text begins with, in UTF-8; zero: there is none.
std::size_t printable_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  const std::size_t length = first >= 0xc2 && first < 0xe0 ? 2
                             : first < 0xc2                ? 0
                             : first < 0xf0                ? 3
                             : first < 0xf5                ? 4
                                                           : 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0u) != 0x80) return 0;
  // Controls of Latin-1.
  return first == 0xc2 && byte(1) < 0xa0 ? 0 : length;
}

std::string spelled_out(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  while (!text.empty()) {
    const std::size_t length = printable_length(text);
    const auto byte = static_cast<unsigned char>(text[0]);
    if (length > 0)
      result += text.substr(0, length);
    else
      result += {'\\', 'x', digits[byte >> 4], digits[byte & 0xf]};
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return result;
}

}  // namespace

std::string format_number(double value, int significant_digits) {
  return formatted(value, std::chars_format::general, significant_digits);
}

std::string format_fixed(double value, int decimals) { return formatted(value, std::chars_format::fixed, decimals); }

std::string in_quotes(std::string_view text) {
  constexpr std::size_t most = 240, at_end = 60;  // bytes
  if (text.size() > most) {
    const std::string begin = spelled_out(text.substr(0, most - at_end));
    return "'" + begin + " ... " + spelled_out(text.substr(text.size() - at_end)) + "'";
  }
  return "'" + spelled_out(text) + "'";
}

std::optional<double> parse_number(std::string_view text) {
  const auto [value, length] = number_prefix(text);
  if (length == 0 || length != text.size() || is_space(text.front())) return std::nullopt;
  // A hexadecimal number is more likely a slip than a length or an angle.
  if (text.find_first_of("xX") != std::string_view::npos) return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.starts_with("+-")) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
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
  const bool hexadecimal = is_hexadecimal({begin, end});
  const std::size_t skipped = hexadecimal ? 2 : 0;
  double value = 0;
  const auto [stop, status] =
      std::from_chars(begin + skipped, end, value, hexadecimal ? std::chars_format::hex : std::chars_format::general);
  if (status == std::errc::invalid_argument) return {};
  if (status == std::errc::result_out_of_range) {
    // Too large and too small look alike to from_chars.
    const bool tiny = is_tiny({begin + skipped, static_cast<std::size_t>(stop - begin) - skipped}, hexadecimal);
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
