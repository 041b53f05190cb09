// Images for other programs: .npy, raw floats, PGM.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/formats/image/float_image.h"
#include "femtobragg/formats/image/grey_image.h"
#include "femtobragg/formats/image/registry.h"
#include "tests/run_program.h"

namespace femtobragg::formats {
namespace {

Image image_of(std::size_t n_fast, std::vector<float> pixels) {
  Image image = Image::zeros(n_fast, pixels.size() / n_fast);
  image.pixels = std::move(pixels);
  return image;
}

class Pictures : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string bytes(const std::string& name) const { return tests::read_bytes(folder_ / name); }
  tests::TemporaryFolder folder_;
};

TEST_F(Pictures, RawFloats) {
  write_raw_float(path("x"), image_of(2, {1.5f, -0.0f, std::numeric_limits<float>::infinity(), 4}));
  ASSERT_EQ(bytes("x").size(), 16u);
  const std::vector<float> pixels = tests::read_floats(folder_ / "x");
  EXPECT_EQ(pixels[0], 1.5f);
  EXPECT_TRUE(std::signbit(pixels[1]));
  EXPECT_TRUE(std::isinf(pixels[2]));
}

TEST_F(Pictures, NumPyHeader) {
  write_npy(path("x.npy"), image_of(3, {1, 2, 3, 4, 5, 6}));
  const std::string file = bytes("x.npy");
  EXPECT_EQ(file.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
  const std::size_t length = static_cast<unsigned char>(file[8]) + 256u * static_cast<unsigned char>(file[9]);
  EXPECT_EQ((10 + length) % 64, 0u);
  const std::string header = file.substr(10, length);
  EXPECT_TRUE(header.starts_with("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }")) << header;
  EXPECT_EQ(header.find_first_not_of(' ', header.find('}') + 1), length - 1);
  EXPECT_EQ(header.back(), '\n');
  ASSERT_EQ(file.size(), 10 + length + 24);
  float last = 0;
  std::memcpy(&last, file.data() + file.size() - 4, 4);
  EXPECT_EQ(last, 6.0f);
}

TEST_F(Pictures, Pgm) {
  write_pgm(path("x.pgm"), 3, 2, "pixels scaled by 2", [](std::size_t slow, std::span<std::uint8_t> row) {
    for (std::size_t fast = 0; fast < row.size(); ++fast) row[fast] = static_cast<std::uint8_t>(10 * slow + fast);
  });
  EXPECT_EQ(bytes("x.pgm"),
            std::string("P5\n3 2\n# pixels scaled by 2\n255\n") + std::string("\x00\x01\x02\x0a\x0b\x0c", 6));
}

TEST_F(Pictures, FormatsBySuffix) {
  EXPECT_EQ(image_format_of("a/b.c/x.npy").name, "NumPy");
  EXPECT_EQ(image_format_of("x.PNG").name, "PNG");
  EXPECT_EQ(image_format_of("x.img").name, "SMV");
  EXPECT_EQ(image_format_of("x.tar.bin").name, "raw");
  EXPECT_EQ(image_format_of("x_0001.cbf").name, "CBF");
  EXPECT_EQ(image_format_of("x.h5").name, "NXmx");
  EXPECT_EQ(image_format_of("x.tiff").name, "TIFF");
  for (const char* name : {"", "x", "x.", ".png", "x.png/y", "x.jpg"})
    EXPECT_THROW(image_format_of(name), Error) << name;
}

}  // namespace
}  // namespace femtobragg::formats
