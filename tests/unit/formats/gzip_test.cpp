// Compressed files: whole, cut, hostile.
#include "femtobragg/formats/io/gzip.h"

#include <bzlib.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "femtobragg/base/error.h"

namespace femtobragg::formats {
namespace {

std::string compressed(const std::string& text) {
  z_stream state{};
  EXPECT_EQ(deflateInit2(&state, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string bytes(deflateBound(&state, text.size()), '\0'), input = text;
  state.next_in = reinterpret_cast<Bytef*>(input.data());
  state.avail_in = static_cast<uInt>(input.size());
  state.next_out = reinterpret_cast<Bytef*>(bytes.data());
  state.avail_out = static_cast<uInt>(bytes.size());
  EXPECT_EQ(deflate(&state, Z_FINISH), Z_STREAM_END);
  deflateEnd(&state);
  return bytes.substr(0, bytes.size() - state.avail_out);
}

std::string bzipped(const std::string& text) {
  std::string bytes(text.size() + text.size() / 100 + 600, '\0'), input = text;
  auto length = static_cast<unsigned int>(bytes.size());
  EXPECT_EQ(
      BZ2_bzBuffToBuffCompress(bytes.data(), &length, input.data(), static_cast<unsigned int>(input.size()), 9, 0, 0),
      BZ_OK);
  return bytes.substr(0, length);
}

TEST(Bzip2, WholeCutDamagedAndHostile) {
  std::string text;
  for (int i = 0; i < 50000; ++i) text += std::to_string(i * 7919) + "\n";
  EXPECT_EQ(inflated(bzipped(text), "x"), text);
  EXPECT_EQ(inflated(bzipped(text) + bzipped("end"), "x"), text + "end");
  const std::string whole = bzipped("1 2 3 4");
  for (std::size_t size = 10; size < whole.size(); ++size)
    EXPECT_THROW(inflated(whole.substr(0, size), "x"), Error) << size;
  std::string damaged = whole;
  damaged[whole.size() - 6] ^= 1;
  EXPECT_THROW(inflated(damaged, "x"), Error);
  EXPECT_THROW(inflated(bzipped(std::string(10'000'000, '\0')), "x", 1'000'000), Error);
}

TEST(Compressed, OtherKindsAreNamed) {
  const std::pair<const char*, std::string> kinds[] = {{"xz",
                                                        "\xfd"
                                                        "7zXZ.."},
                                                       {"zstd", "\x28\xb5\x2f\xfd.."},
                                                       {"compress", "\x1f\x9d\x90.."},
                                                       {"lz4", "\x04\x22\x4d\x18.."},
                                                       {"ZIP", "PK\x03\x04.."}};
  for (const auto& [name, bytes] : kinds) {
    EXPECT_TRUE(is_compressed(bytes)) << name;
    try {
      inflated(bytes, "x");
      ADD_FAILURE() << name;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
    }
  }
}

TEST(Gzip, OtherBytesAsTheyAre) {
  for (const char* text : {"", "1 2 3 4\n", "\x1f"}) EXPECT_EQ(inflated(text, "x"), text);
}

TEST(Gzip, WholeFilesAndPartsInARow) {
  std::string text;
  for (int i = 0; i < 50000; ++i) text += std::to_string(i * 7919) + "\n";
  EXPECT_EQ(inflated(compressed(text), "x"), text);
  EXPECT_EQ(inflated(compressed(text) + compressed("end"), "x"), text + "end");
  EXPECT_EQ(inflated(compressed("") + std::string(10, '\0'), "x"), "");
}

TEST(Gzip, CutAndDamaged) {
  const std::string whole = compressed(std::string(3000, 'x') + "1 2 3 4");
  for (std::size_t size = 2; size < whole.size(); ++size)
    EXPECT_THROW(inflated(whole.substr(0, size), "x"), Error) << size;
  std::string damaged = whole;
  damaged[whole.size() - 6] ^= 1;
  EXPECT_THROW(inflated(damaged, "x"), Error);
}

TEST(Gzip, GrowsNoFurtherThanItMay) {
  const std::string bomb = compressed(std::string(10'000'000, '\0'));
  EXPECT_LT(bomb.size(), 20'000u);
  EXPECT_THROW(inflated(bomb, "x", 1'000'000), Error);
  EXPECT_EQ(inflated(bomb, "x").size(), 10'000'000u);
}

}  // namespace
}  // namespace femtobragg::formats
