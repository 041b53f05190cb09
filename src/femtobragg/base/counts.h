// Whole numbers as people write and read them.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "femtobragg/base/text.h"

namespace femtobragg {

/// "1 atom", "2 atoms".
inline std::string counted(std::size_t n, std::string_view noun) {
  return std::to_string(n) + " " + std::string(noun) + (n == 1 ? "" : "s");
}
/// "1 atom is", "2 atoms are": with the wording for one and for several.
inline std::string counted(std::size_t n, std::string_view one, std::string_view several) {
  return std::to_string(n) + " " + std::string(n == 1 ? one : several);
}

/// Like parse_integer(), but also accepts 1e6 or 12.0.
inline std::optional<std::int64_t> parse_whole_number(std::string_view text) {
  if (const auto integer = parse_integer(text)) return integer;
  const auto number = parse_number(text);
  // Beyond, doubles have gaps.
  constexpr double most = 9007199254740992.0;
  if (!number || !(std::abs(*number) <= most) || *number != std::floor(*number)) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

}  // namespace femtobragg
