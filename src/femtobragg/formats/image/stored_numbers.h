// Numbers as stored in files: any width and sign, either order of bytes.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <vector>

#include "femtobragg/base/zeros.h"
#include "femtobragg/formats/image/pixel_data.h"

namespace femtobragg::formats {

template <class T>
T from_bytes(const char* bytes, bool swap) {
  std::array<char, sizeof(T)> copy;
  std::copy_n(bytes, sizeof(T), copy.begin());
  if (swap) std::ranges::reverse(copy);
  return std::bit_cast<T>(copy);
}

/// Swap where the file is of this order and the machine is not.
inline bool swaps(bool big_endian) { return big_endian != (std::endian::native == std::endian::big); }

/// What 64 bits with a sign cannot hold becomes the largest that they do.
template <class T>
constexpr std::int64_t widened(T value) {
  if constexpr (std::is_same_v<T, std::uint64_t>)
    return static_cast<std::int64_t>(std::min<T>(value, std::numeric_limits<std::int64_t>::max()));
  else
    return static_cast<std::int64_t>(value);
}

template <class T>
constexpr int unsigned_bits() {
  return std::is_unsigned_v<T> ? static_cast<int>(8 * sizeof(T)) : 0;
}

template <class T>
constexpr int signed_bits() {
  return std::is_integral_v<T> && std::is_signed_v<T> ? static_cast<int>(8 * sizeof(T)) : 0;
}

/// Pixels of one type of number; `bytes` has all of them.
template <class T>
PixelArray stored_array(const ImageShape& shape, std::string_view bytes, bool swap) {
  const std::size_t count = shape.n_fast * shape.n_slow;
  const auto all = [&]<class To>(std::vector<To> values, auto convert) {
    if (std::is_same_v<T, To> && !swap) {
      std::copy_n(bytes.data(), count * sizeof(T), reinterpret_cast<char*>(values.data()));
      return values;
    }
    for (std::size_t i = 0; i < count; ++i) values[i] = convert(from_bytes<T>(bytes.data() + i * sizeof(T), swap));
    return values;
  };
  if constexpr (std::is_floating_point_v<T>)
    return {shape, all(zeros<float>(count), [](T value) { return static_cast<float>(value); })};
  else
    return {shape, all(zeros<std::int64_t>(count), [](T value) { return widened(value); }), unsigned_bits<T>(),
            signed_bits<T>()};
}

/// The kinds of number that image files hold.
enum class NumberKind { Int8, UInt8, Int16, UInt16, Int32, UInt32, Int64, UInt64, Float32, Float64 };

/// Calls `use` with a zero of that kind.
template <class Use>
auto with_number(NumberKind kind, Use&& use) {
  using enum NumberKind;
  switch (kind) {
    case Int8: return use(std::int8_t{});
    case UInt8: return use(std::uint8_t{});
    case Int16: return use(std::int16_t{});
    case UInt16: return use(std::uint16_t{});
    case Int32: return use(std::int32_t{});
    case UInt32: return use(std::uint32_t{});
    case Int64: return use(std::int64_t{});
    case UInt64: return use(std::uint64_t{});
    case Float32: return use(float{});
    case Float64: break;
  }
  return use(double{});
}

inline std::size_t bytes_of(NumberKind kind) {
  return with_number(kind, [](auto zero) { return sizeof zero; });
}

}  // namespace femtobragg::formats
