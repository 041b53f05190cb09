// Transposed bits: what the layout says, there and back, and nothing from damaged bytes.
#include "femtobragg/formats/io/bitshuffle_lz4.h"

#include <gtest/gtest.h>

#include <random>

#include "femtobragg/base/error.h"

namespace femtobragg::formats {
namespace {

std::string random_bytes(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::string bytes(count, '\0');
  // Small counts, as on images: one byte in four holds something.
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>(i % 4 == 0 ? random() % 16 : 0);
  return bytes;
}

TEST(BitshuffleLz4, ThereAndBack) {
  for (const std::size_t element : {1u, 2u, 4u, 8u})
    for (const std::size_t count : {0u, 1u, 7u, 8u, 9u, 127u, 128u, 2047u, 2048u, 2049u, 5003u, 20000u}) {
      const std::string bytes = random_bytes(count * element, static_cast<unsigned>(count));
      const std::string packed = compress_bitshuffle_lz4(bytes, element);
      EXPECT_EQ(decompress_bitshuffle_lz4(packed, element, bytes.size(), "x"), bytes) << element << " " << count;
    }
}

TEST(BitshuffleLz4, MakesCountsSmall) {
  const std::string bytes = random_bytes(400000, 1);
  // Four bits of 32 hold something.
  EXPECT_LT(compress_bitshuffle_lz4(bytes, 4).size(), bytes.size() / 6);
}

TEST(BitshuffleLz4, LaysBitsOut) {
  // Nine elements of one byte: the last of them is not packed. Bit 0 is set in the first and third element, bit 7 in
  // the eighth: rows of bits 5 0 0 0 0 0 0 128. LZ4 cannot shorten eight bytes: a token with the length, then they.
  const std::string bytes("\x01\x00\x01\x00\x00\x00\x00\x80\x2a", 9);
  const std::string expected = std::string("\0\0\0\0\0\0\0\x09", 8) + std::string("\0\0\x20\0", 4) +
                               std::string("\0\0\0\x09", 4) + std::string("\x80\x05\0\0\0\0\0\0\x80", 9) + "\x2a";
  EXPECT_EQ(compress_bitshuffle_lz4(bytes, 1), expected);
}

TEST(BitshuffleLz4, RefusesWhatIsDamaged) {
  const std::string bytes = random_bytes(9000, 2), packed = compress_bitshuffle_lz4(bytes, 4);
  for (std::size_t length = 0; length < packed.size(); length += 7)
    EXPECT_THROW(decompress_bitshuffle_lz4(packed.substr(0, length), 4, bytes.size(), "x"), Error) << length;
  EXPECT_THROW(decompress_bitshuffle_lz4(packed, 4, bytes.size() + 4, "x"), Error);
  EXPECT_THROW(decompress_bitshuffle_lz4(packed + "x", 4, bytes.size(), "x"), Error);
  for (std::size_t i = 0; i < 64; ++i) {
    std::string changed = packed;
    changed[i] = static_cast<char>(changed[i] ^ 0x55);
    try {
      EXPECT_EQ(decompress_bitshuffle_lz4(changed, 4, bytes.size(), "x").size(), bytes.size());
    } catch (const Error&) {
    }
  }
}

}  // namespace
}  // namespace femtobragg::formats
