// Seconds since 1970 as text.
#include "femtobragg/formats/image/simulated_time.h"

#include <array>
#include <cmath>
#include <ctime>

#include "femtobragg/base/text.h"

namespace femtobragg::formats {

std::string simulated_time(double seconds, int decimals) {
  constexpr double most = 4e9;  // some century: years keep four digits
  if (!(seconds > 0 && seconds < most)) seconds = 0;
  // 3 x 0.1 must not end before 0.3.
  const double unit = std::pow(10.0, decimals), ticks = std::floor(seconds * unit + 1e-6);
  const double whole = std::floor(ticks / unit);
  const auto time = static_cast<std::time_t>(whole);
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, 32> text{};
  std::string result{text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc)};
  if (decimals > 0) {
    const std::string digits = format_fixed(ticks - whole * unit, 0);
    result += "." + std::string(static_cast<std::size_t>(decimals) - digits.size(), '0') + digits;
  }
  return result;
}

}  // namespace femtobragg::formats
