// Images for other programs: .npy, raw floats, PGM, and PNG as libpng reads it back.
#include <gtest/gtest.h>
#include <png.h>

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

/// The grey values of a PNG file, as libpng's simplified interface gives them.
std::vector<std::uint8_t> read_png(const std::string& path, std::size_t width, std::size_t height) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  EXPECT_TRUE(png_image_begin_read_from_file(&png, path.c_str())) << png.message;
  EXPECT_EQ(png.format, static_cast<png_uint_32>(PNG_FORMAT_GRAY));
  EXPECT_EQ(png.width, width);
  EXPECT_EQ(png.height, height);
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(png));
  EXPECT_TRUE(png_image_finish_read(&png, nullptr, pixels.data(), 0, nullptr)) << png.message;
  return pixels;
}

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

TEST_F(Pictures, PngThereAndBack) {
  const std::vector<std::uint8_t> grey = {0, 1, 127, 128, 254, 255};
  write_png(path("x.png"), 3, 2, [&](std::size_t slow, std::span<std::uint8_t> row) {
    std::copy_n(grey.begin() + static_cast<std::ptrdiff_t>(3 * slow), 3, row.begin());
  });
  EXPECT_EQ(read_png(path("x.png"), 3, 2), grey);
}

TEST_F(Pictures, LinearPreviewIsDarkOnLight) {
  // White is the median, here 20.
  write_preview_png(path("x.png"), image_of(5, {0, 10, 20, 110, 200}), {GreyScale::Linear, 100});
  EXPECT_EQ(read_png(path("x.png"), 5, 1), (std::vector<std::uint8_t>{255, 255, 255, 127, 0}));
}

TEST_F(Pictures, LogPreviewLiftsFaintPixels) {
  // White is a thousandth of black, here 1, where the median is darker than that.
  write_preview_png(path("x.png"), image_of(7, {0, 0, 0, 0, 10, 100, 1000}), {GreyScale::Log, 100});
  EXPECT_EQ(read_png(path("x.png"), 7, 1), (std::vector<std::uint8_t>{255, 255, 255, 255, 170, 85, 0}));
}

TEST_F(Pictures, PercentileDecidesWhatIsBlack) {
  std::vector<float> pixels(100);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<float>(i);
  write_preview_png(path("x.png"), image_of(100, pixels), {GreyScale::Linear, 50});
  const auto grey = read_png(path("x.png"), 100, 1);
  // The rank of the median of 100 values is 49.5, cut off.
  EXPECT_EQ(grey[49], 0);
  EXPECT_EQ(grey[99], 0);
  EXPECT_GT(grey[48], 0);
  write_preview_png(path("x.png"), image_of(100, pixels), {GreyScale::Linear, 0});
  EXPECT_EQ(read_png(path("x.png"), 100, 1)[99], 0);
}

TEST_F(Pictures, PreviewsOfOddImages) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  write_preview_png(path("x.png"), image_of(3, {nan, nan, nan}), {});
  EXPECT_EQ(read_png(path("x.png"), 3, 1), (std::vector<std::uint8_t>{255, 255, 255}));
  write_preview_png(path("x.png"), image_of(3, {0, 0, 0}), {});
  EXPECT_EQ(read_png(path("x.png"), 3, 1), (std::vector<std::uint8_t>{255, 255, 255}));
  write_preview_png(path("x.png"), image_of(5, {-5, nan, infinity, -infinity, 2}), {GreyScale::Linear, 100});
  EXPECT_EQ(read_png(path("x.png"), 5, 1), (std::vector<std::uint8_t>{255, 255, 0, 255, 0}));
  // A single spot on an empty ground.
  std::vector<float> spot(10000);
  spot[5000] = 7;
  write_preview_png(path("x.png"), image_of(100, spot), {});
  EXPECT_EQ(read_png(path("x.png"), 100, 100)[5000], 0);
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
