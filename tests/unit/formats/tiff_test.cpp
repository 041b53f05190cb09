// TIFF there and back, and what is refused.
#include "femtobragg/formats/image/tiff.h"

#include <gtest/gtest.h>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "tests/run_program.h"

namespace femtobragg::formats {
namespace {

using Counts = std::vector<std::int64_t>;

class Tiff : public testing::Test {
 protected:
  template <class T>
  std::string written(const ImageShape& shape, const std::vector<T>& pixels) {
    const std::string path = (folder_ / "x.tif").string();
    write_tiff(path, shape, std::span<const T>(pixels));
    return tests::read_bytes(path);
  }
  tests::TemporaryFolder folder_;
};

TEST_F(Tiff, PixelsThereAndBack) {
  const std::vector<float> photons = {0, 1.5f, -2, 1e30f, 4, 5};
  PixelArray array = parse_tiff(written<float>({3, 2}, photons), "x");
  EXPECT_EQ(array.shape, (ImageShape{3, 2}));
  EXPECT_EQ(std::get<std::vector<float>>(array.values), photons);
  const std::vector<std::int32_t> counts = {-1, 0, 1, 70000, 2147483647, -2147483648};
  array = parse_tiff(written<std::int32_t>({2, 3}, counts), "x");
  EXPECT_EQ(array.shape, (ImageShape{2, 3}));
  EXPECT_EQ(std::get<Counts>(array.values), Counts(counts.begin(), counts.end()));
  array = parse_tiff(written<std::uint16_t>({1, 3}, {0, 40, 65535}), "x");
  EXPECT_EQ(std::get<Counts>(array.values), (Counts{0, 40, 65535}));
  EXPECT_EQ(array.unsigned_bits, 16);
}

TEST_F(Tiff, RowsInSeveralStrips) {
  std::vector<float> photons(700 * 900);
  for (std::size_t i = 0; i < photons.size(); ++i) photons[i] = static_cast<float>(i);
  EXPECT_EQ(std::get<std::vector<float>>(parse_tiff(written<float>({700, 900}, photons), "x").values), photons);
}

TEST_F(Tiff, RefusesWhatIsDamaged) {
  const std::string bytes = written<std::uint16_t>({5, 4}, std::vector<std::uint16_t>(20, 7));
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    try {
      const PixelArray array = parse_tiff(bytes.substr(0, length), "x");
      EXPECT_EQ(std::get<Counts>(array.values).size(), 20u);
    } catch (const Error&) {
    }
  }
  EXPECT_THROW(parse_tiff("", "x"), Error);
  EXPECT_THROW(parse_tiff(bytes.substr(0, 20), "x"), Error);
  EXPECT_THROW(write_tiff((folder_ / "y.tif").string(), {0, 0}, std::span<const float>()), Error);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "y.tif"));
}

TEST_F(Tiff, RefusesHugeSizes) {
  // Width and length of a little-endian directory: entries of tag, type, count, value.
  std::string bytes = written<std::uint16_t>({5, 4}, std::vector<std::uint16_t>(20, 7));
  for (const char tag : {'\x00', '\x01'}) {
    const std::size_t at = bytes.find(std::string{tag, '\x01', '\x03', '\x00', '\x01', '\x00', '\x00', '\x00'});
    ASSERT_NE(at, std::string::npos);
    bytes.replace(at + 2, 10, std::string("\x04\x00\x01\x00\x00\x00\xff\xff\xff\x7f", 10));
  }
  EXPECT_THROW(parse_tiff(bytes, "x"), Error);
}

}  // namespace
}  // namespace femtobragg::formats
