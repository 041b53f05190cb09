// Images read back as they were written, and what is refused.
#include "femtobragg/formats/image/image_file.h"

#include <gtest/gtest.h>

#include <cstring>

#include "femtobragg/base/error.h"
#include "femtobragg/formats/image/float_image.h"
#include "femtobragg/formats/image/grey_image.h"
#include "femtobragg/formats/image/smv.h"
#include "femtobragg/formats/picture/picture.h"
#include "tests/run_program.h"

namespace femtobragg::formats {
namespace {

class ImageFile : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  const Image image_{3, 2, {0, 1.5f, 2, 3, 4, 1e6f}};
  tests::TemporaryFolder folder_;
};

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string numpy(const std::string& dictionary, const std::string& data) {
  const std::string header = dictionary + "\n";
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header + data;
}

void expect_refused(const std::string& bytes, const std::string& word) {
  try {
    parse_pixels(bytes, "x");
    ADD_FAILURE() << "accepted; expected " << word;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
  }
}

TEST_F(ImageFile, RawFloatsHaveNoShape) {
  write_raw_float(path("a.bin"), image_);
  const Frame file = read_pixels(path("a.bin"));
  EXPECT_EQ(file.pixels, image_.pixels);
  EXPECT_FALSE(file.shape);
}

TEST_F(ImageFile, NumPy) {
  write_npy(path("a.npy"), image_);
  const Frame file = read_pixels(path("a.npy"));
  EXPECT_EQ(file.pixels, image_.pixels);
  EXPECT_EQ(file.shape, image_.shape());
}

TEST_F(ImageFile, NumPyOfOtherNumbers) {
  const std::string tail = ", 'fortran_order': False, 'shape': (1, 2), }";
  EXPECT_EQ(parse_pixels(numpy("{'descr': '<f8'" + tail, bytes_of<double>({0.5, 2})), "x").pixels,
            (std::vector<float>{0.5, 2}));
  EXPECT_EQ(parse_pixels(numpy("{'descr': '<i4'" + tail, bytes_of<std::int32_t>({-7, 2})), "x").pixels,
            (std::vector<float>{-7, 2}));
  EXPECT_EQ(parse_pixels(numpy("{'descr': '|u1'" + tail, "\x01\xff"), "x").pixels, (std::vector<float>{1, 255}));
  EXPECT_EQ(parse_pixels(numpy("{'descr': '>u2'" + tail, std::string("\x01\x00\x00\x02", 4)), "x").pixels,
            (std::vector<float>{256, 2}));
}

TEST_F(ImageFile, Smv) {
  write_smv(path("a.img"), smv_header({{"SIZE1", "3"}, {"SIZE2", "2"}, {"BYTE_ORDER", "little_endian"}}, false), 3, 2,
            [](std::size_t slow, std::span<std::uint16_t> row) {
              for (std::size_t f = 0; f < 3; ++f) row[f] = static_cast<std::uint16_t>(10 * slow + f);
            });
  const Frame file = read_pixels(path("a.img"));
  EXPECT_EQ(file.pixels, (std::vector<float>{0, 1, 2, 10, 11, 12}));
  EXPECT_EQ(file.shape, (ImageShape{3, 2}));
}

TEST_F(ImageFile, Pgm) {
  write_pgm(path("a.pgm"), 2, 2, "a comment", [](std::size_t slow, std::span<std::uint8_t> row) {
    row[0] = static_cast<std::uint8_t>(slow);
    row[1] = 255;
  });
  const Frame file = read_pixels(path("a.pgm"));
  EXPECT_EQ(file.pixels, (std::vector<float>{0, 255, 1, 255}));
  EXPECT_EQ(file.shape, (ImageShape{2, 2}));
  EXPECT_EQ(parse_pixels("P5 2 1 65535\n\x01\x02\x03\x04", "x").pixels, (std::vector<float>{258, 772}));
}

TEST_F(ImageFile, RefusesWhatIsDamaged) {
  expect_refused("", "not an image");
  expect_refused("abcde", "multiple of 4");
  expect_refused("P5\n2 2\n255\nabc", "ends early");
  expect_refused("P5\n2\n", "header");
  expect_refused("P5 9999999999 9 255 x", "header");
  expect_refused("\x93NUMPY", "header");
  expect_refused(numpy("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }", "12345678"), "C order");
  expect_refused(numpy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "12345678"), "two axes");
  expect_refused(numpy("{'descr': '<c8', 'fortran_order': False, 'shape': (1, 1), }", "12345678"), "f4");
  expect_refused(numpy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }", "12345678"), "ends early");
  expect_refused(numpy("{'fortran_order': False, 'shape': (1, 3), }", "12345678"), "descr");
  expect_refused("{\nHEADER_BYTES=512;\n", "SMV");
  write_picture(path("a.png"), image_, nullptr);
  expect_refused(tests::read_bytes(folder_ / "a.png"), "PNG");
  EXPECT_THROW(read_pixels(path("a.png")), Error);
  EXPECT_THROW(read_pixels(path("missing.bin")), Error);
}

TEST_F(ImageFile, NamesFormatsThatAreNotRead) {
  const std::string zeros(400, '\0');
  expect_refused("{\n  HeaderID = EH:000001:000000:000000 ;\n  Dim_1 = 5 ;\n}\n" + zeros, "EDF");
  expect_refused("{ ByteOrder = LowByteFirst; Dim_1 = 5; Dim_2 = 3; }" + zeros, "EDF");
  expect_refused(std::string("\xd2\x04\0\0", 4) + zeros, "mar345");
  expect_refused("MTZ " + zeros, "an MTZ file");
  expect_refused("FORMAT :  86        VERSION:   9" + zeros, "Bruker");
  expect_refused("OD SAPPHIRE  3.0" + zeros, "Oxford");
  expect_refused("P2\n2 2\n255\n1 2 3 4\n", "plain text");
  expect_refused("0.5,1.5,2.5\n3.5,4.5,5.50\n", "a text file");
}

}  // namespace
}  // namespace femtobragg::formats
