// miniCBF: bytes of byte offsets, headers there and back, and what is refused.
#include "femtobragg/formats/image/cbf.h"

#include "femtobragg/formats/image/header_files.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "femtobragg/base/error.h"
#include "tests/run_program.h"
#include "tests/unit/formats/stated_geometry.h"

namespace femtobragg::formats {
namespace {

using tests::stated_geometry;

constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max(),
                       least = std::numeric_limits<std::int32_t>::min();

std::vector<std::int64_t> counts_of(const PixelArray& array) {
  return std::get<std::vector<std::int64_t>>(array.values);
}

class Cbf : public testing::Test {
 protected:
  std::string written(const std::vector<std::int32_t>& pixels, const ImageShape& shape) {
    const std::string path = (folder_ / "x.cbf").string();
    write_cbf(path, {cbf_header_text(stated_geometry(1), {0.1, 1e12, 2})}, shape, pixels);
    return tests::read_bytes(path);
  }
  tests::TemporaryFolder folder_;
};

TEST_F(Cbf, BytesOfOffsets) {
  const auto packed = [](std::vector<std::int32_t> pixels) { return compress_byte_offset(pixels); };
  EXPECT_EQ(packed({3, 1}), "\x03\xfe");
  EXPECT_EQ(packed({127, 0}), "\x7f\x81");
  EXPECT_EQ(packed({128}), std::string("\x80\x80\x00", 3));
  EXPECT_EQ(packed({-128}), std::string("\x80\x80\xff", 3));
  EXPECT_EQ(packed({32768}), std::string("\x80\x00\x80\x00\x80\x00\x00", 7));
  EXPECT_EQ(packed({least}), std::string("\x80\x00\x80\x00\x00\x00\x80\x00\x00\x00\x80\xff\xff\xff\xff", 15));
}

TEST_F(Cbf, PixelsThereAndBack) {
  std::mt19937 random(3);
  std::vector<std::int32_t> pixels(300);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const auto bits = static_cast<std::int32_t>(random());
    pixels[i] = i % 3 == 0 ? bits : i % 3 == 1 ? bits % 300 : bits % 70000;
  }
  pixels[7] = most;
  pixels[8] = least;
  pixels[9] = most;
  pixels[10] = -1;
  const CbfImage image = parse_cbf(written(pixels, {20, 15}), "x");
  EXPECT_EQ(counts_of(image.pixels), (std::vector<std::int64_t>(pixels.begin(), pixels.end())));
  EXPECT_EQ(image.pixels.shape, (ImageShape{20, 15}));
  EXPECT_NE(image.header.find("GENERIC_MINI"), std::string::npos);
}

TEST_F(Cbf, PlainPixelsOfOthers) {
  const std::string mime =
      "###CBF: x\n--CIF-BINARY-FORMAT-SECTION--\nX-Binary-Size: 8\nX-Binary-Element-Type: \"unsigned 32-bit "
      "integer\"\nX-Binary-Size-Fastest-Dimension: 2\nX-Binary-Size-Second-Dimension: 1\n\n\x0c\x1a\x04\xd5";
  const CbfImage image = parse_cbf(mime + std::string("\x07\x00\x00\x00\xff\xff\xff\xff", 8), "x");
  EXPECT_EQ(counts_of(image.pixels), (std::vector<std::int64_t>{7, 4294967295}));
  EXPECT_EQ(image.pixels.unsigned_bits, 32);
}

TEST_F(Cbf, HeadersThereAndBack) {
  const Geometry g = stated_geometry(1);
  const Geometry read = parse_cbf_header(written(std::vector<std::int32_t>(1200), {40, 30}), "x");
  const Panel &panel = read.detector.panels.front(), &expected = g.detector.panels.front();
  // Headers hold ten digits.
  EXPECT_LT(norm(panel.origin_m - expected.origin_m), 1e-9 * norm(expected.origin_m));
  EXPECT_NEAR(panel.pixel_size_m, expected.pixel_size_m, 1e-13);
  EXPECT_EQ(panel.saturation, expected.saturation);
  EXPECT_EQ(panel.sensor.material, "Si");
  EXPECT_NEAR(panel.sensor.thickness_m, 320e-6, 1e-12);
  EXPECT_NEAR(*read.wavelength_m, *g.wavelength_m, 1e-19);
  EXPECT_NEAR(read.oscillation->start_rad, 0.1 + 2 * 0.01, 1e-9);
  EXPECT_NEAR(read.oscillation->width_rad, 0.01, 1e-10);
}

TEST_F(Cbf, NamesNoMakerWhoseSizesReadersKnow) {
  Geometry g = stated_geometry(1);
  g.detector.name = "PILATUS 6M";
  EXPECT_EQ(cbf_header_text(g, {}).find("PILATUS"), std::string::npos);
}

TEST_F(Cbf, TellsWhatAHeaderCannot) {
  EXPECT_TRUE(cbf_losses(stated_geometry(1)).empty());
  EXPECT_EQ(cbf_losses(stated_geometry(2)).size(), 1u);
  Geometry turned = stated_geometry(1);
  turned.detector.panels[0].slow_axis = {0.1, -std::sqrt(0.99), 0};
  turned.spindle_axis = Vec3d{0, 1, 0};
  EXPECT_EQ(cbf_losses(turned).size(), 2u);
  // Another frame for the same experiment loses nothing.
  Geometry along_z = stated_geometry(1);
  Panel& panel = along_z.detector.panels[0];
  const auto cycled = [](const Vec3d& v) { return Vec3d{-v.z, v.y, v.x}; };
  panel.origin_m = cycled(panel.origin_m);
  panel.fast_axis = cycled(panel.fast_axis);
  along_z.spindle_axis = cycled(*along_z.spindle_axis);
  along_z.beam_direction = {0, 0, 1};
  EXPECT_TRUE(cbf_losses(along_z).empty());
  EXPECT_EQ(cbf_header_text(along_z, {}), cbf_header_text(stated_geometry(1), {}));
}

TEST_F(Cbf, RefusesWhatIsDamaged) {
  const std::string bytes = written({1, 2, 3, 400, 5, 6}, {3, 2});
  const std::size_t pixels_end = bytes.find("\x0c\x1a\x04\xd5") + 4 + 8;
  for (std::size_t length = 0; length < pixels_end; ++length)
    EXPECT_THROW(parse_cbf(bytes.substr(0, length), "x"), Error) << length;
  const auto refused = [&](const std::string& from, const std::string& to, const std::string& word) {
    std::string changed = bytes;
    const std::size_t at = changed.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    changed.replace(at, from.size(), to);
    try {
      parse_cbf(changed, "the file");
      ADD_FAILURE() << "accepted: " << to;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
    }
  };
  refused("\xd5\x01", "\xd5\x02", "MD5");
  refused("Fastest-Dimension: 3", "Fastest-Dimension: 300000000000", "it must have");
  refused("Fastest-Dimension: 3", "Fastest-Dimension: -3", "above zero");
  refused("Second-Dimension: 2", "Second-Dimension: 1", "Elements");
  refused("X-Binary-Size: ", "X-Binary-Size: 99999", "follow the header");
  refused("x-CBF_BYTE_OFFSET", "x-CBF_PACKED", "byte offsets");
  refused("LITTLE_ENDIAN", "BIG_ENDIAN", "order");
}

}  // namespace
}  // namespace femtobragg::formats
