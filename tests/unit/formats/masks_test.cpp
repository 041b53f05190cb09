// Masks that were drawn: PNG pictures, TIFF of one bit, NumPy booleans.
#include <png.h>

#include <array>

#include "femtobragg/formats/image/grey_image.h"
#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/formats/io/gzip.h"
#include "tests/run_program.h"
#include "tests/unit/refusals.h"

namespace femtobragg::formats {
namespace {

using tests::expect_in;
using tests::message_of;
using tests::TemporaryFolder;

const std::vector<std::uint8_t> chequers = {1, 0, 1, 0, 1, 0};

TEST(Masks, GreyPicturesAreRead) {
  const TemporaryFolder folder;
  const std::string path = (folder / "m.png").string();
  constexpr std::array<std::uint8_t, 6> grey = {255, 0, 255, 0, 255, 0};
  png_image picture{};
  picture.version = PNG_IMAGE_VERSION, picture.width = 3, picture.height = 2, picture.format = PNG_FORMAT_GRAY;
  ASSERT_TRUE(png_image_write_to_file(&picture, path.c_str(), 0, grey.data(), 0, nullptr));
  const Frame mask = read_mask(path);
  EXPECT_EQ(*mask.shape, (ImageShape{3, 2}));
  EXPECT_EQ(live_pixels(mask), chequers);
  expect_in(message_of([&] { read_pixels(path); }), {"preview"});
  const std::string bytes = tests::read_bytes(path);
  expect_in(message_of([&] { parse_mask(bytes.substr(0, bytes.size() / 2), "m.png"); }), {"damaged PNG", "m.png"});
}

/// A PNG of these chunks, with checksums; only the header is needed.
std::string png_that_claims(std::uint32_t width, std::uint32_t height) {
  const auto number = [](std::uint32_t value) {
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 0xff);
    return text;
  };
  const auto chunk = [&](const std::string& content) {
    return number(static_cast<std::uint32_t>(content.size() - 4)) + content + number(crc32_of(content, 0));
  };
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR" + number(width) + number(height) + std::string("\x08\0\0\0\0", 5)) +
         chunk(std::string("IDAT\x78\x9c\x03\0\0\0\0\1", 12)) + chunk("IEND");
}

TEST(Masks, PicturesThatClaimTooMuchAreRefusedBeforeTheyAreDecoded) {
  expect_in(message_of([] { parse_mask(png_that_claims(2147483647, 2147483647), "m.png"); }),
            {"too many pixels", "m.png", "2^28"});
  expect_in(message_of([] { parse_mask(png_that_claims(16384, 16384), "m.png"); }), {"too short for its pixels"});
}

TEST(Masks, SixteenBitsAreKept) {
  const TemporaryFolder folder;
  const std::string path = (folder / "m.png").string();
  constexpr std::array<std::uint16_t, 6> grey = {65535, 0, 1, 0, 256, 0};
  png_image picture{};
  picture.version = PNG_IMAGE_VERSION, picture.width = 3, picture.height = 2, picture.format = PNG_FORMAT_LINEAR_Y;
  ASSERT_TRUE(png_image_write_to_file(&picture, path.c_str(), 0, grey.data(), 0, nullptr));
  EXPECT_EQ(live_pixels(read_mask(path)), chequers) << "the low byte of 1, and the high one of 256, count";
}

/// Three pixels a row, two rows, each a byte; entries are tag, type (4: 32 bits), count, value.
std::string tiff_of_one_bit(std::initializer_list<std::uint8_t> rows) {
  const std::vector<std::array<std::uint32_t, 2>> entries = {{256, 3}, {257, 2}, {258, 1}, {259, 1}, {262, 1},
                                                             {273, 8}, {277, 1}, {278, 2}, {279, 2}};
  const auto number = [](std::uint32_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i & 0xff);
    return text;
  };
  std::string file = "II*" + number(0, 1) + number(12, 4);
  for (const std::uint8_t row : rows) file += static_cast<char>(row);
  file += number(0, 2) + number(static_cast<std::uint32_t>(entries.size()), 2);
  for (const auto& [tag, value] : entries) file += number(tag, 2) + number(4, 2) + number(1, 4) + number(value, 4);
  return file + number(0, 4);
}

TEST(Masks, TiffOfOneBit) {
  EXPECT_EQ(live_pixels(parse_mask(tiff_of_one_bit({0b10100000, 0b01000000}), "m.tif")), chequers);
  expect_in(message_of([] { parse_mask(tiff_of_one_bit({0b10100000}), "m.tif"); }), {"m.tif"});
}

TEST(Masks, NumpyBooleans) {
  std::string header = "{'descr': '|b1', 'fortran_order': False, 'shape': (2, 3), }";
  header.resize(117, ' ');
  header += '\n';
  const std::string file =
      std::string("\x93NUMPY\x01\x00", 8) + std::string("\x76\x00", 2) + header + std::string("\1\0\1\0\1\0", 6);
  EXPECT_EQ(live_pixels(parse_mask(file, "m.npy")), chequers);
}

}  // namespace
}  // namespace femtobragg::formats
