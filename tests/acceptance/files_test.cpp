// Acceptance: headers and pixels of the image files, the dump of structure factors, and reflection lists.
#include "tests/acceptance/acceptance_run.h"

namespace femtobragg::tests {
namespace {

/// What the integer image holds for a pixel.
std::uint16_t stored(float pixel, double scale, double offset) {
  const double value = std::clamp(static_cast<double>(pixel) * scale + offset, 0.0, 65535.0);
  return static_cast<std::uint16_t>(std::floor(static_cast<float>(value + 0.5)));
}

using at_io_001 = AcceptanceRun;
TEST_F(at_io_001, HeaderKeysAndOrderOfPixels) {
  const Pixels pixels = image(five_cells() + "-detpixels_x 48 -detpixels_y 40 -scale 3 -adc 25");
  const Words keys = words_of(
      "HEADER_BYTES DIM BYTE_ORDER TYPE SIZE1 SIZE2 PIXEL_SIZE DISTANCE WAVELENGTH BEAM_CENTER_X BEAM_CENTER_Y "
      "ADXV_CENTER_X ADXV_CENTER_Y MOSFLM_CENTER_X MOSFLM_CENTER_Y DENZO_X_BEAM DENZO_Y_BEAM DIALS_ORIGIN XDS_ORGX "
      "XDS_ORGY CLOSE_DISTANCE PHI OSC_START OSC_RANGE TWOTHETA DETECTOR_SN BEAMLINE");
  Words found;
  for (const auto& [key, value] : header_lines("intimage.img")) found.push_back(key);
  EXPECT_EQ(found, keys);

  const std::string bytes = read_bytes(folder_ / "intimage.img");
  EXPECT_EQ(bytes.size(), 512u + 2 * 48 * 40);
  const std::size_t end = bytes.find("}\f");
  ASSERT_LT(end, 512u);
  EXPECT_EQ(bytes.substr(end + 2, 512 - end - 2), std::string(512 - end - 2, ' '));

  const std::vector<std::uint16_t> counts = integers();
  ASSERT_EQ(counts.size(), pixels.size());
  for (std::size_t i = 0; i < pixels.size(); ++i) ASSERT_EQ(counts[i], stored(pixels[i], 3, 25)) << i;
}

TEST_F(at_io_001, FastPixelsLieSideBySide) {
  image(five_cells() + "-detpixels_x 48 -detpixels_y 40 -roi 7 7 5 5 -adc 0 -scale 1000");
  const std::vector<std::uint16_t> counts = integers();
  for (std::size_t i = 0; i < counts.size(); ++i) ASSERT_EQ(counts[i] > 0, i == 5 * 48 + 7) << i;
}

using at_io_002 = AcceptanceRun;
TEST_F(at_io_002, GreyPicture) {
  for (const std::string scaling : {"-pgmscale 20", ""}) {
    const std::string out = report(five_cells() + "-pgmfile p.pgm " + scaling);
    const Pixels pixels = read_floats(folder_ / "floatimage.bin");
    const double scale = scaling.empty() ? 250 / (5 * number_after(out, "rmsd= ")) : 20;
    EXPECT_NEAR(number_after(out, "pgm_scale = "), scale, 1e-5 * scale);
    const std::string bytes = read_bytes(folder_ / "p.pgm");
    const std::string begin = "P5\n64 64\n# pixels scaled by ";
    ASSERT_TRUE(bytes.starts_with(begin));
    EXPECT_NEAR(std::stod(bytes.substr(begin.size())), scale, 1e-5 * scale);
    const std::size_t data = bytes.find("\n255\n") + 5;
    ASSERT_EQ(bytes.size() - data, pixels.size());
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      const double grey = std::min(255.0, static_cast<double>(pixels[i]) * scale);
      // The automatic scale is known to six digits only: a grey value next to a step may fall on either side.
      const double slack = scaling.empty() ? 1e-5 * grey : 0;
      const auto byte = static_cast<unsigned char>(bytes[data + i]);
      ASSERT_GE(byte, std::floor(grey - slack)) << i;
      ASSERT_LE(byte, std::floor(grey + slack)) << i;
    }
  }
}

using at_io_003 = AcceptanceRun;
TEST_F(at_io_003, DumpStandsInForTheList) {
  folder_.write("gaps.hkl", "0 0 0 100\n-1 1 2 50\n1 -1 0 25\n");
  const std::string flags = five_cells() + "-detpixels 256 -default_F 10 ";
  const Pixels from_list = image(flags + "-hkl gaps.hkl");

  // h, k and l with one more layer of zeros above: (3 + 1) x (3 + 1) x (3 + 1) numbers, the default where no list entry
  // is.
  const std::string bytes = read_bytes(folder_ / "Fdump.bin");
  const std::string begin = "-1 1 -1 1 0 2\n\f";
  ASSERT_EQ(bytes.substr(0, begin.size()), begin);
  ASSERT_EQ(bytes.size(), begin.size() + 4 * 4 * 4 * sizeof(double));
  const auto amplitude = [&](int h, int k, int l) {
    double value = 0;
    const int at = ((h + 1) * 4 + k + 1) * 4 + l;
    std::memcpy(&value, bytes.data() + begin.size() + static_cast<std::size_t>(at) * sizeof value, sizeof value);
    return value;
  };
  EXPECT_EQ(amplitude(0, 0, 0), 100);
  EXPECT_EQ(amplitude(-1, 1, 2), 50);
  EXPECT_EQ(amplitude(1, -1, 0), 25);
  EXPECT_EQ(amplitude(1, 1, 1), 10);
  EXPECT_EQ(amplitude(2, 1, 1), 0);
  EXPECT_EQ(amplitude(0, 2, 0), 0);

  EXPECT_EQ(image(flags), from_list);
  std::filesystem::remove(folder_ / "Fdump.bin");
  expect_different(image(flags), from_list);
}

using at_io_004 = AcceptanceRun;
TEST_F(at_io_004, FurtherColumnsAreIgnoredInSimulate) {
  folder_.write("four.hkl", "0 0 0 100\n-1 0 0 50\n0 1 -1 30\n0 -1 1 60\n");
  folder_.write("five.hkl", "0 0 0 100 45\n-1 0 0 50 90\n0 1 -1 30 0\n0 -1 1 60 180\n");
  folder_.write("six.hkl", "0 0 0 100 45 1\n-1 0 0 50 90 2\n0 1 -1 30 0 3\n0 -1 1 60 180 4\n");
  const std::string flags = five_cells() + "-detpixels 128 -default_F 5 -hkl ", with_beam = "-direct_beam " + flags;
  const Pixels four = image_of(simulate(with_beam + "four.hkl"));
  EXPECT_EQ(image_of(simulate(with_beam + "five.hkl")), four);
  EXPECT_EQ(image_of(simulate(with_beam + "six.hkl")), four);
  expect_same(image(flags + "four.hkl"), four, 2e-6f);
}

TEST_F(at_io_004, TheDropInReadsNumbersInFoursWhateverTheLines) {
  folder_.write("five.hkl", "0 0 0 100 1\n-1 0 50 2 0\n1 -1 30 1 1\n1 60\n");
  folder_.write("stream.hkl", "0 0 0 100\n1 -1 0 50\n2 0 1 -1\n30 1 1 1\n");
  const std::string flags = five_cells() + "-detpixels 128 -default_F 5 -hkl ";
  EXPECT_EQ(image(flags + "five.hkl"), image(flags + "stream.hkl"));
}

}  // namespace
}  // namespace femtobragg::tests
