// Numbers of one type in another, for conversions between formats.
#pragma once

#include <cstdint>
#include <span>

namespace femtobragg {

/// Values that another number type could not hold.
struct StoredCounts {
  std::uint64_t too_large = 0, too_small = 0;  ///< stored as the largest and the smallest number
  std::uint64_t not_numbers = 0;               ///< stored as zero
};

/// round(value x scale + offset) as whole numbers. Converts float, int32 and int64 to uint16 and int32.
template <class From, class To>
void stored_row(std::span<const From> values, double scale, double offset, std::span<To> row, StoredCounts& counts);

}  // namespace femtobragg
