// Every row of the list of image formats: written from plain values, and read back.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "femtobragg/base/error.h"
#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/formats/image/registry.h"
#include "tests/run_program.h"
#include "tests/unit/formats/stated_geometry.h"

namespace femtobragg::tests {
namespace {

using namespace formats;

/// An image that every kind of number can hold.
class ImageFormatList : public testing::Test {
 protected:
  ImageFormatList() {
    geometry_.detector.panels = {square_panel(44, 31)};
    geometry_.wavelength_m = 1e-10;
    const ImageShape shape = geometry_.detector.image_shape();
    image_ = Image::zeros(shape.n_fast, shape.n_slow);
    for (std::size_t i = 0; i < image_.pixels.size(); ++i) image_.pixels[i] = static_cast<float>(i * 7 % 200);
    counts_.assign(image_.pixels.begin(), image_.pixels.end());
  }

  ImageContents contents(Numbers numbers) const {
    ImageContents c{.shape = image_.shape()};
    c.geometry = geometry_;
    if (numbers == Numbers::Counts)
      c.pixels = std::span<const std::int32_t>(counts_);
    else if (numbers == Numbers::SixteenBits)
      c.pixels = [this](std::size_t slow, std::span<std::uint16_t> row) {
        std::ranges::copy(image_.row(slow), row.begin());
      };
    else if (numbers == Numbers::Grey)
      c.pixels = [this](std::size_t slow, std::span<std::uint8_t> row) {
        std::ranges::copy(image_.row(slow), row.begin());
      };
    else
      c.pixels = image_;
    return c;
  }
  std::string path(const ImageFormatInfo& format) const {
    return (folder_ / ("image" + std::string(format.suffixes.front()))).string();
  }
  void expect_read_back(const ImageFormatInfo& format) const {
    const Frame frame = read_pixels(path(format));
    EXPECT_EQ(frame.format, format.recognise ? &format : nullptr) << format.name;
    EXPECT_EQ(frame.pixels, image_.pixels) << format.name;
    EXPECT_EQ(frame.tally().excluded(), 0U) << format.name;
    EXPECT_TRUE(frame.notes.empty()) << format.name << ": " << frame.notes.front();
  }

  TemporaryFolder folder_;
  Geometry geometry_;
  Image image_;
  std::vector<std::int32_t> counts_;
};

TEST_F(ImageFormatList, HaveNamesAndSuffixesOfTheirOwn) {
  std::set<std::string_view> names, suffixes;
  for (const ImageFormatInfo& format : image_formats()) {
    EXPECT_TRUE(names.insert(format.name).second) << format.name;
    EXPECT_TRUE(format.write && format.bytes) << format.name;
    EXPECT_EQ(format.parse != nullptr, format.recognise != nullptr) << format.name;
    for (const std::string_view suffix : format.suffixes) {
      EXPECT_TRUE(suffixes.insert(suffix).second) << suffix;
      EXPECT_EQ(&image_format_of("a/b.c/x" + std::string(suffix)), &format);
    }
    EXPECT_EQ(&image_format_named(format.name), &format);
  }
  EXPECT_THROW(image_format_named("JPEG"), Error);
}

TEST_F(ImageFormatList, ComeBackAsTheyWereWritten) {
  for (const ImageFormatInfo& format : image_formats())
    for (const Numbers numbers : format.numbers == Numbers::PhotonsOrCounts
                                     ? std::vector{Numbers::Photons, Numbers::Counts}
                                     : std::vector{format.numbers}) {
      const ImageContents c = contents(numbers);
      format.write(path(format), c);
      if (format.exact_bytes) {
        EXPECT_EQ(std::filesystem::file_size(path(format)), format.bytes(c)) << format.name;
      }
      if (format.parse || format.name == "raw") expect_read_back(format);
    }
}

TEST_F(ImageFormatList, RefusePixelsThatTheyDoNotHold) {
  for (const ImageFormatInfo& format : image_formats())
    for (const Numbers numbers : {Numbers::Photons, Numbers::Counts, Numbers::SixteenBits, Numbers::Grey}) {
      const bool held =
          numbers == format.numbers ||
          (format.numbers == Numbers::PhotonsOrCounts && (numbers == Numbers::Photons || numbers == Numbers::Counts)) ||
          (format.numbers == Numbers::Preview && numbers == Numbers::Photons);
      if (held) continue;
      EXPECT_THROW(format.write(path(format), contents(numbers)), Error) << format.name;
      EXPECT_FALSE(std::filesystem::exists(path(format))) << format.name;
    }
}

TEST_F(ImageFormatList, SayWhatTheirHeadersCannot) {
  const Geometry panels = stated_geometry(3);
  for (const ImageFormatInfo& format : image_formats()) {
    EXPECT_EQ(format.losses != nullptr, format.states_geometry != StatesGeometry::No) << format.name;
    if (format.states_geometry != StatesGeometry::Perhaps) continue;
    const std::vector<std::string> losses = format.losses("x.out", panels, true);
    ASSERT_FALSE(losses.empty()) << format.name;
    EXPECT_NE(losses.back().find("x.out"), std::string::npos);
  }
}

TEST_F(ImageFormatList, OfWhichOneNeedsAGeometryRefuseToDoWithout) {
  for (const ImageFormatInfo& format : image_formats()) {
    if (format.numbers == Numbers::Preview || format.numbers == Numbers::Grey) continue;
    ImageContents c = contents(format.numbers);
    c.geometry.reset();
    if (format.states_geometry == StatesGeometry::Always) {
      EXPECT_THROW(format.write(path(format), c), Error) << format.name;
      continue;
    }
    format.write(path(format), c);
    expect_read_back(format);
  }
}

}  // namespace
}  // namespace femtobragg::tests
