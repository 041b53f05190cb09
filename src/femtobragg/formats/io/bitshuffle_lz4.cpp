// Bits of equal weight side by side, then LZ4: counts below 256 leave three quarters of the bits zero.
#include "femtobragg/formats/io/bitshuffle_lz4.h"

#include <lz4.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::formats {
namespace {

constexpr std::size_t chunk_header_bytes = 12, length_bytes = 4, eight = 8;

void put_big_endian(std::string& text, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 0xff);
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

/// Of an 8 x 8 matrix of bits, a row a byte, the lowest row and bit first (H. S. Warren, Hacker's Delight, 7-3).
std::uint64_t transposed_bits(std::uint64_t x) {
  std::uint64_t t = (x ^ (x >> 7)) & 0x00aa00aa00aa00aaULL;
  x ^= t ^ (t << 7);
  t = (x ^ (x >> 14)) & 0x0000cccc0000ccccULL;
  x ^= t ^ (t << 14);
  t = (x ^ (x >> 28)) & 0x00000000f0f0f0f0ULL;
  return x ^ t ^ (t << 28);
}

/// Eight bytes `stride` apart as one number, the first the lowest, whatever this machine's order.
std::uint64_t gathered(const char* bytes, std::size_t stride) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < eight; ++i)
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i * stride])) << (8 * i);
  return value;
}

void scatter(std::uint64_t value, char* bytes, std::size_t stride) {
  for (std::size_t i = 0; i < eight; ++i) bytes[i * stride] = static_cast<char>(value >> (8 * i) & 0xff);
}

/// Rows of bits: bit k of byte b of all elements is row 8 b + k, the first element the lowest bit.
void shuffle(const char* elements, char* rows, std::size_t count, std::size_t element_bytes) {
  const std::size_t row = count / eight;
  for (std::size_t b = 0; b < element_bytes; ++b)
    for (std::size_t i = 0; i < row; ++i)
      scatter(transposed_bits(gathered(elements + i * eight * element_bytes + b, element_bytes)),
              rows + b * eight * row + i, row);
}

void unshuffle(const char* rows, char* elements, std::size_t count, std::size_t element_bytes) {
  const std::size_t row = count / eight;
  for (std::size_t b = 0; b < element_bytes; ++b)
    for (std::size_t i = 0; i < row; ++i)
      scatter(transposed_bits(gathered(rows + b * eight * row + i, row)), elements + i * eight * element_bytes + b,
              element_bytes);
}

/// Calls a function for each block: its first element and how many it holds.
template <class Function>
void for_each_block(std::size_t elements, std::size_t block, Function&& function) {
  const std::size_t whole = elements - elements % eight;
  for (std::size_t first = 0; first < whole; first += block) function(first, std::min(block, whole - first));
}

[[noreturn]] void refuse_chunk(const std::string& name, const std::string& rule) {
  throw Error::runtime({.what = "damaged bitshuffle-LZ4 data", .where = in_quotes(name), .rule = rule});
}

}  // namespace

std::size_t bitshuffle_block(std::size_t element_bytes) {
  constexpr std::size_t target_bytes = 8192, least = 128;
  return std::max(least, target_bytes / element_bytes / eight * eight);
}

std::string compress_bitshuffle_lz4(std::string_view bytes, std::size_t element_bytes) {
  const std::size_t elements = bytes.size() / element_bytes, block = bitshuffle_block(element_bytes);
  std::string packed;
  put_big_endian(packed, bytes.size(), 8);
  put_big_endian(packed, block * element_bytes, 4);
  std::string rows(block * element_bytes, '\0');
  std::string compressed(static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(rows.size()))), '\0');
  for_each_block(elements, block, [&](std::size_t first, std::size_t count) {
    shuffle(bytes.data() + first * element_bytes, rows.data(), count, element_bytes);
    const int length = LZ4_compress_default(rows.data(), compressed.data(), static_cast<int>(count * element_bytes),
                                            static_cast<int>(compressed.size()));
    put_big_endian(packed, static_cast<std::uint64_t>(length), 4);
    packed.append(compressed, 0, static_cast<std::size_t>(length));
  });
  packed.append(bytes.substr(elements / eight * eight * element_bytes));
  return packed;
}

std::string decompress_bitshuffle_lz4(std::string_view packed, std::size_t element_bytes, std::size_t expected_bytes,
                                      const std::string& name) {
  if (packed.size() < chunk_header_bytes || big_endian(packed.substr(0, 8)) != expected_bytes ||
      expected_bytes % element_bytes != 0)
    refuse_chunk(name, "it must begin with the uncompressed size, " + std::to_string(expected_bytes) + " bytes");
  constexpr std::size_t largest_block_bytes = 1 << 24;
  const std::size_t stated_bytes = static_cast<std::size_t>(big_endian(packed.substr(8, 4)));
  // Some writers leave the size of the block to the default.
  const std::size_t block = stated_bytes == 0 ? bitshuffle_block(element_bytes) : stated_bytes / element_bytes;
  if (block == 0 || block % eight != 0 || stated_bytes > largest_block_bytes)
    refuse_chunk(name, "a block must have a multiple of eight elements and at most 16 MiB");

  std::string_view rest = packed.substr(chunk_header_bytes);
  // LZ4 makes at most 255 bytes of one: what claims more is refused before memory is taken.
  if (expected_bytes / 256 > packed.size()) refuse_chunk(name, "there are too few bytes for these numbers");
  std::string bytes(expected_bytes, '\0');
  const std::size_t elements = expected_bytes / element_bytes;
  std::string rows(std::min(block, elements) * element_bytes, '\0');
  for_each_block(elements, block, [&](std::size_t first, std::size_t count) {
    const std::size_t length = rest.size() < length_bytes ? rest.size() : big_endian(rest.substr(0, length_bytes));
    if (rest.size() < length_bytes || length > rest.size() - length_bytes || length > largest_block_bytes * 2)
      refuse_chunk(name, "the block at element " + std::to_string(first) + " ends early");
    const int made = LZ4_decompress_safe(rest.data() + length_bytes, rows.data(), static_cast<int>(length),
                                         static_cast<int>(count * element_bytes));
    if (made < 0 || static_cast<std::size_t>(made) != count * element_bytes)
      refuse_chunk(name, "the block at element " + std::to_string(first) + " is not LZ4 data of its size");
    unshuffle(rows.data(), bytes.data() + first * element_bytes, count, element_bytes);
    rest.remove_prefix(length_bytes + length);
  });
  const std::size_t left = elements % eight * element_bytes;
  if (rest.size() != left) refuse_chunk(name, "its end has " + std::to_string(left) + " uncompressed bytes");
  std::memcpy(bytes.data() + expected_bytes - left, rest.data(), left);
  return bytes;
}

}  // namespace femtobragg::formats
