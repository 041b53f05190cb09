// Acceptance: what headers and flags set, which pixels are rendered, and the statistics of these.
#include "tests/acceptance/acceptance_run.h"

namespace femtobragg::tests {
namespace {

/// An SMV file of 12 x 10 pixels with some keys of its own.
std::string smv(const std::string& keys, const std::vector<std::uint16_t>& pixels) {
  std::string bytes =
      "{\nHEADER_BYTES=512;\nDIM=2;\nBYTE_ORDER=little_endian;\nTYPE=unsigned_short;\nSIZE1=12;\nSIZE2=10;\n";
  bytes += "PIXEL_SIZE=1;\n" + keys + "}\f";
  bytes.resize(512, ' ');
  for (const std::uint16_t pixel : pixels) bytes += {static_cast<char>(pixel & 255), static_cast<char>(pixel >> 8)};
  return bytes;
}

/// A run without a detector of its own: an image or a mask gives it.
std::string no_detector() {
  return "-cell 100 100 100 90 90 90 -N 1 -default_F 100 -oversample 1 -nonoise -nopgm -noprogress ";
}

using at_cli_004 = AcceptanceRun;
TEST_F(at_cli_004, ImageHeaderWinsOverTheMaskAndMaskedPixelsStayDark) {
  std::vector<std::uint16_t> mask(120, 1);
  for (const std::size_t dark : {27u, 28u, 39u, 40u}) mask[dark] = 0;
  folder_.write("m.img", smv("DISTANCE=50;\nWAVELENGTH=2;\n", mask));
  folder_.write("i.img", smv("DISTANCE=60;\n", std::vector<std::uint16_t>(120, 0)));
  for (const std::string files : {"-img i.img -mask m.img", "-mask m.img -img i.img"}) {
    const std::string out = report(no_detector() + files);
    EXPECT_DOUBLE_EQ(header("DISTANCE"), 60) << files;
    EXPECT_DOUBLE_EQ(header("WAVELENGTH"), 2) << files;
    const Pixels pixels = read_floats(folder_ / "floatimage.bin");
    for (std::size_t i = 0; i < 120; ++i) ASSERT_EQ(pixels.at(i) > 0, mask[i] > 0) << i;
    EXPECT_NEAR(number_after(out, "mean= "), sum_of(pixels) / 116, 1e-5 * sum_of(pixels) / 116);
  }
  report(no_detector() + "-img i.img -mask m.img -distance 70");
  EXPECT_DOUBLE_EQ(header("DISTANCE"), 70);
}

using at_pre_001 = AcceptanceRun;
TEST_F(at_pre_001, BeamCentreOfAMaskCountsFromTheOtherEdge) {
  const std::vector<std::uint16_t> pixels(120, 1);
  folder_.write("m.img", smv("BEAM_CENTER_X=4.5;\nBEAM_CENTER_Y=3.25;\n", pixels));
  folder_.write("i.img", smv("BEAM_CENTER_X=5.5;\nBEAM_CENTER_Y=2.25;\n", pixels));
  const auto centre = [&](const std::string& files) {
    report(no_detector() + files);
    return std::pair{header("BEAM_CENTER_X"), header("BEAM_CENTER_Y")};
  };
  EXPECT_EQ(centre("-mask m.img"), (std::pair{4.5, 10 - 3.25}));
  EXPECT_EQ(centre("-img i.img"), (std::pair{5.5, 2.25}));
  EXPECT_EQ(centre("-mask m.img -img i.img"), (std::pair{5.5, 2.25}));
  EXPECT_EQ(centre("-img i.img -mask m.img"), (std::pair{5.5, 2.25}));
}

using at_pre_002 = AcceptanceRun;
TEST_F(at_pre_002, LastPivotFlagCountsInCustom) {
  const double t = 10 * 3.14159265358979323846 / 180;
  const auto turned = [&](const std::string& flags) {
    const std::string custom = "-odet_vector 1 0 0 -detector_roty 10 -distance 100 ";
    const ProgramResult run = ran(drop_in(one_cell() + custom + flags + " -trace_pixel 0 0"));
    return vector_of(traced(run.out, "pix0_vector"));
  };
  const double f = 0.013, s = 0.017;  // CUSTOM takes -Xbeam and -Xclose for the fast axis as they are
  const Vec3d about_spot{0.1 - f * std::sin(t), s, -f * std::cos(t)};
  const double close = 0.1 * std::cos(t);
  const Vec3d about_sample{close * std::cos(t) - f * std::sin(t), s, -f * std::cos(t) - close * std::sin(t)};
  expect_vector(turned("-Xbeam 13 -Ybeam 17"), about_spot, 1e-15);
  expect_vector(turned("-Xclose 13 -Yclose 17"), about_sample, 1e-15);
  expect_vector(turned("-ORGX 26.5 -ORGY 34.5"), about_sample, 1e-15);
  expect_vector(turned("-Xbeam 13 -Ybeam 17 -pivot sample"), about_sample, 1e-15);
  expect_vector(turned("-Xclose 13 -Yclose 17 -pivot beam"), about_spot, 1e-15);
}

using at_cli_005 = AcceptanceRun;
TEST_F(at_cli_005, NothingOutsideTheRegion) {
  const Pixels all = image(five_cells());
  report(five_cells() + "-roi 20 40 10 30 -noisefile noise.img -seed 3 -pgmfile p.pgm");
  const Pixels pixels = read_floats(folder_ / "floatimage.bin");
  const auto counts = integers(), noise = integers("noise.img");
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const std::size_t fast = i % 64, slow = i / 64;
    const bool inside = fast >= 20 && fast <= 40 && slow >= 10 && slow <= 30;
    ASSERT_EQ(pixels[i], inside ? all[i] : 0.0f) << i;
    ASSERT_EQ(counts[i] >= 40, inside) << i;
    ASSERT_EQ(noise[i] >= 40, inside) << i;
  }
}

using at_roi_001 = AcceptanceRun;
TEST_F(at_roi_001, StatisticsOfRenderedPixelsOnly) {
  std::vector<std::uint16_t> mask(120, 1);
  mask[3 * 12 + 5] = mask[4 * 12 + 6] = 0;
  folder_.write("m.img", smv("DISTANCE=50;\n", mask));
  const std::string out = report(no_detector() + "-mask m.img -roi 4 9 2 6");
  const Pixels pixels = read_floats(folder_ / "floatimage.bin");
  for (std::size_t i = 0; i < 120; ++i) {
    const std::size_t fast = i % 12, slow = i / 12;
    ASSERT_EQ(pixels.at(i) > 0, mask[i] > 0 && fast >= 4 && fast <= 9 && slow >= 2 && slow <= 6) << i;
  }
  const double rendered = 6 * 5 - 2, mean = sum_of(pixels) / rendered;
  EXPECT_NEAR(number_after(out, "mean= "), mean, 1e-5 * mean);
}

using at_sta_001 = AcceptanceRun;
TEST_F(at_sta_001, MaximumMeanAndDeviations) {
  const std::string out = report(five_cells() + "-roi 3 60 5 50 -oversample 2");
  const Pixels pixels = read_floats(folder_ / "floatimage.bin");
  double sum = 0, squares = 0, deviations = 0;
  std::size_t brightest = 0;
  const double n = 58 * 46;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const double value = static_cast<double>(pixels[i]);
    sum += value, squares += value * value;
    if (pixels[i] > pixels[brightest]) brightest = i;
  }
  for (std::size_t slow = 5; slow <= 50; ++slow)
    for (std::size_t fast = 3; fast <= 60; ++fast)
      deviations += std::pow(static_cast<double>(pixels[slow * 64 + fast]) - sum / n, 2);
  const auto expect_printed = [&](const std::string& phrase, double value) {
    EXPECT_NEAR(number_after(out, phrase), value, 5e-6 * value) << phrase;
  };
  expect_printed("mean= ", sum / n);
  expect_printed(" rms= ", std::sqrt(squares / (n - 1)));
  expect_printed(" rmsd= ", std::sqrt(deviations / (n - 1)));
  expect_printed("max_I = ", static_cast<double>(pixels[brightest]));
  // The place is that of its last sub-pixel.
  const Words place = words_of(out.substr(out.find(" at ", out.find("max_I = ")) + 4, 40));
  EXPECT_NEAR(std::stod(place.at(0)), (static_cast<double>(brightest % 64) + 0.75) * 1e-4, 1e-9);
  EXPECT_NEAR(std::stod(place.at(1)), (static_cast<double>(brightest / 64) + 0.75) * 1e-4, 1e-9);
}

}  // namespace
}  // namespace femtobragg::tests
