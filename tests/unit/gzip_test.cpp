// Compressed files: whole, cut, hostile.
#include "femtobragg/formats/gzip.h"

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
