// Rounds, clips, and counts what it clips.
#include "femtobragg/simulate/stored_row.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace femtobragg {

template <class From, class To>
void stored_row(std::span<const From> values, double scale, double offset, std::span<To> row, StoredCounts& counts) {
  constexpr double least = std::numeric_limits<To>::min(), most = std::numeric_limits<To>::max();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = std::floor(static_cast<double>(values[i]) * scale + offset + 0.5);
    counts.not_numbers += std::isnan(value);
    counts.too_small += value < least;
    counts.too_large += value > most;
    row[i] = std::isnan(value) ? To{0} : static_cast<To>(std::clamp(value, least, most));
  }
}
template void stored_row(std::span<const float>, double, double, std::span<std::uint16_t>, StoredCounts&);
template void stored_row(std::span<const float>, double, double, std::span<std::int32_t>, StoredCounts&);
template void stored_row(std::span<const std::int32_t>, double, double, std::span<std::uint16_t>, StoredCounts&);
template void stored_row(std::span<const std::int32_t>, double, double, std::span<std::int32_t>, StoredCounts&);
template void stored_row(std::span<const std::int64_t>, double, double, std::span<std::uint16_t>, StoredCounts&);
template void stored_row(std::span<const std::int64_t>, double, double, std::span<std::int32_t>, StoredCounts&);

}  // namespace femtobragg
