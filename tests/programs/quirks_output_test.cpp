// Quirks of reports and files, and what they say without them.
#include <gtest/gtest.h>

#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {
namespace {

using OutputQuirks = QuirkRun;

const std::string solid_angle_line = "solid angle of the detector: ";

TEST_F(OutputQuirks, SolidAngleIsThatOfTheRenderedPixels) {
  const double plain = number_after(simulate(base()).out, solid_angle_line);
  double sum = 0;
  for (int slow = 0; slow < 56; ++slow)
    for (int fast = 0; fast < 72; ++fast) {
      const double f = (fast + 0.5) * 0.5 - 18.5, s = (slow + 0.5) * 0.5 - 14.5, r2 = f * f + s * s + 1e4;
      sum += 0.25 / r2 * 100 / std::sqrt(r2);
    }
  EXPECT_NEAR(plain, sum, 1e-5 * sum);  // six digits are printed
  for (const std::string flags : {"-sourcefile src.txt", "-osc 1 -phisteps 3 -phi 1", "-mosaic 1 -mosaic_domains 5",
                                  "-detector_thick 100 -detector_thicksteps 3", "-dispersion 1"})
    EXPECT_DOUBLE_EQ(number_after(simulate(base() + flags).out, solid_angle_line), plain) << flags;
  const ProgramResult on = simulate("-quirks Q-solid-angle " + base() + "-sourcefile src.txt");
  EXPECT_EQ(announced(on.err), std::set<std::string>{"Q-solid-angle"});
  EXPECT_NEAR(number_after(on.out, solid_angle_line), plain / 4, 1e-5 * plain);
  EXPECT_EQ(announced(simulate("-quirks Q-solid-angle " + base()).err), std::set<std::string>{});
}

TEST_F(OutputQuirks, MaskedPixelsAreNoDeviations) {
  const std::string flags = crystal() + misset() + silence() + "-mask mask.img ";
  const ProgramResult off = simulate(flags), on = simulate("-quirks Q-rmsd-mask " + flags);
  EXPECT_EQ(announced(on.err), std::set<std::string>{"Q-rmsd-mask"});
  const Pixels image = image_of(off);
  const std::string mask = read_bytes(folder_ / "mask.img").substr(512);
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < image.size(); ++i)
    if (mask[2 * i] || mask[2 * i + 1]) {
      sum += static_cast<double>(image[i]);
      ++count;
    }
  ASSERT_LT(count, static_cast<double>(image.size()));
  const double mean = sum / count;
  double squares = 0, masked_squares = 0;
  for (std::size_t i = 0; i < image.size(); ++i) {
    const double d = static_cast<double>(image[i]) - mean;
    (mask[2 * i] || mask[2 * i + 1] ? squares : masked_squares) += d * d;
  }
  const auto all = static_cast<double>(image.size());
  // Six digits are printed.
  EXPECT_NEAR(number_after(off.out, "mean "), mean, 1e-5 * mean);
  EXPECT_NEAR(number_after(off.out, "about the mean ") / std::sqrt(squares / (count - 1)), 1, 1e-5);
  EXPECT_NEAR(number_after(on.out, "about the mean ") / std::sqrt((squares + masked_squares) / (all - 1)), 1, 1e-5);
}

TEST_F(OutputQuirks, LongHeadersTakeMoreBlocks) {
  const std::string flags =
      "-hkl p1.hkl -cell 30 40 50 -lambda 0.9768432 -distance 231.27466 -pixel 0.172123 -detpixels_x 196 -detpixels_y "
      "203 "
      "-Xbeam 17.1234567 -Ybeam 16.7654321 -detector_rotx 1.234567 -detector_roty -2.345678 -twotheta 3.456789 -phi "
      "1.234567 -osc 0.123456 -phisteps 1 -roi 0 0 0 0 -nonoise -nopgm -noprogress ";
  constexpr std::size_t pixels = 2 * 196 * 203;
  EXPECT_EQ(simulate("-quirks Q-header-dials,Q-pivot,Q-twotheta-report " + flags).status, 0);
  const std::string off = read_bytes(folder_ / "intimage.img");
  EXPECT_EQ(off.size(), 1024 + pixels);
  EXPECT_EQ(off.substr(0, 21), "{\nHEADER_BYTES=1024;\n");
  EXPECT_EQ(off.substr(off.find('\f') + 1, 10), "          ");
  const ProgramResult on = simulate("-quirks Q-header-overflow,Q-header-dials,Q-pivot,Q-twotheta-report " + flags);
  const std::string image = read_bytes(folder_ / "intimage.img");
  EXPECT_EQ(image.size(), 592 + pixels);
  EXPECT_EQ(image.find("}\f"), 590u);
  EXPECT_EQ(image.substr(0, 20), "{\nHEADER_BYTES=512;\n");
  EXPECT_TRUE(announced(on.err).contains("Q-header-overflow")) << on.err;
}

TEST_F(OutputQuirks, DialsOriginEndsAsEveryLine) {
  EXPECT_EQ(simulate(base()).status, 0);
  const auto dials_line = [&] {
    const std::string header = read_bytes(folder_ / "intimage.img").substr(0, 512);
    const std::size_t begin = header.find("DIALS_ORIGIN=");
    return header.substr(begin, header.find('\n', begin) - begin);
  };
  EXPECT_EQ(dials_line(), "DIALS_ORIGIN=-18.5,14.5,-100;");
  const ProgramResult on = simulate("-quirks Q-header-dials " + base());
  EXPECT_EQ(dials_line(), "DIALS_ORIGIN=-18.5,14.5,-100");
  EXPECT_TRUE(announced(on.err).contains("Q-header-dials")) << on.err;
}

/// All quirks but three are what the reference has with its three open corrections.
TEST_F(OutputQuirks, ReferenceWithItsOpenCorrections) {
  std::string ids;
  const std::set<std::string> corrected = {"Q-phi0-carry", "Q-running-sum", "Q-curved-last"};
  for (const std::string& word : words_of(run_program("femtobragg", {"quirks"}, folder_.path()).out))
    if (word.starts_with("Q-") && !corrected.contains(word)) ids += (ids.empty() ? "" : ",") + word;
  const std::string common =
      "-hkl p1.hkl -cell 30 40 50 75 95 105 -misset 11 23 37 -lambda 1 -distance 100 -pixel 0.5 -detpixels_x 72 "
      "-detpixels_y 56 -nonoise -nopgm -noprogress -N 5 ";
  const std::vector<std::pair<std::string, double>> cases = {
      {"-oversample 2 -osc 2 -phisteps 4", 16485.7},
      {"-oversample 2 -oversample_polar -oversample_omega -distance 30", 30539.48},
      {"-oversample 1 -detector_abs 234 -detector_thick 450 -oversample_thick", 15885.93}};
  for (const auto& [flags, maximum] : cases) {
    const Pixels image = image_of(drop_in("-quirks " + ids + " " + common + flags));
    // As many digits as are known.
    EXPECT_NEAR(static_cast<double>(*std::ranges::max_element(image)), maximum, 4e-6 * maximum) << flags;
  }
}

}  // namespace
}  // namespace femtobragg::tests
