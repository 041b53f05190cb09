// Acceptance: help, the smallest run, conventions, scaling, noise, resolution limit and usage of the drop-in.
#include "tests/acceptance/acceptance_run.h"

namespace femtobragg::tests {
namespace {

using at_cli_001 = AcceptanceRun;
TEST_F(at_cli_001, HelpNamesTheFlags) {
  const Words named = words_of(
      "-hkl -mat -cell -pixel -detpixels -distance -lambda -energy -floatfile -intfile -noisefile -pgmfile -scale -adc "
      "-mosflm -xds -adxv -denzo -dials -roi -sourcefile");
  const ProgramResult own = ran(simulate("-h"));
  const ProgramResult old = drop_in("-h");  // no flag of nanoBragg: nothing to render is what is wrong
  EXPECT_EQ(old.status, 9);
  EXPECT_NE(old.err.find("warning: "), std::string::npos);
  for (const std::string& flag : named) {
    EXPECT_NE(own.out.find(flag), std::string::npos) << flag;
    EXPECT_NE(old.out.find(flag), std::string::npos) << flag;
  }
  EXPECT_EQ(drop_in(five_cells() + "-h").status, 0);
}

using at_cli_002 = AcceptanceRun;
TEST_F(at_cli_002, SmallestRunAndItsHeader) {
  image(
      "-cell 100 100 100 90 90 90 -default_F 100 -detpixels 32 -pixel 0.1 -distance 100 -intfile i.img "
      "-nonoise -nopgm -floatfile floatimage.bin");
  EXPECT_EQ(read_floats(folder_ / "floatimage.bin").size(), 32u * 32);
  const std::map<std::string, double> expected = {{"SIZE1", 32},
                                                  {"SIZE2", 32},
                                                  {"PIXEL_SIZE", 0.1},
                                                  {"DISTANCE", 100},
                                                  {"WAVELENGTH", 1},
                                                  {"BEAM_CENTER_X", 1.65},
                                                  {"BEAM_CENTER_Y", 1.65},
                                                  {"ADXV_CENTER_X", 1.7},
                                                  {"ADXV_CENTER_Y", 1.5},
                                                  {"MOSFLM_CENTER_X", 1.65},
                                                  {"MOSFLM_CENTER_Y", 1.65},
                                                  {"DENZO_X_BEAM", 1.7},
                                                  {"DENZO_Y_BEAM", 1.7},
                                                  {"XDS_ORGX", 17.5},
                                                  {"XDS_ORGY", 17.5},
                                                  {"CLOSE_DISTANCE", 100},
                                                  {"PHI", 0},
                                                  {"OSC_START", 0},
                                                  {"OSC_RANGE", 0},
                                                  {"TWOTHETA", 0}};
  for (const auto& [key, value] : expected) EXPECT_DOUBLE_EQ(header(key, "i.img"), value) << key;
}

using at_cli_003 = AcceptanceRun;
TEST_F(at_cli_003, ConventionsInTheHeader) {
  const auto expect_header = [&](const std::string& flags, const std::map<std::string, double>& expected) {
    SCOPED_TRACE(flags);
    report(one_cell() + flags);
    for (const auto& [key, value] : expected) EXPECT_DOUBLE_EQ(header(key), value) << key;
  };
  expect_header("-adxv -Xbeam 15 -Ybeam 11", {{"MOSFLM_CENTER_X", 16.75}, {"MOSFLM_CENTER_Y", 14.75}});
  expect_header("-mosflm -Xbeam 13 -Ybeam 17",
                {{"ADXV_CENTER_X", 17.25}, {"ADXV_CENTER_Y", 14.75}, {"XDS_ORGX", 35}, {"XDS_ORGY", 27}});
  expect_header("-denzo -Xbeam 13 -Ybeam 17", {{"MOSFLM_CENTER_X", 12.75}, {"MOSFLM_CENTER_Y", 16.75}});
  expect_header("-xds -ORGX 30.25 -ORGY 20.75",
                {{"BEAM_CENTER_X", 14.875}, {"BEAM_CENTER_Y", 10.125}, {"XDS_ORGX", 30.25}, {"XDS_ORGY", 20.75}});
}

TEST_F(at_cli_003, PivotIsReported) {
  const auto pivot = [&](const std::string& flags) {
    const std::string out = report(one_cell() + flags);
    return out.find("pivoting detector around direct beam spot") != std::string::npos ? "beam" : "sample";
  };
  EXPECT_EQ(pivot("-mosflm"), std::string("beam"));
  EXPECT_EQ(pivot("-xds"), std::string("sample"));
  EXPECT_EQ(pivot("-xds -pivot beam"), std::string("sample"));  // nanoBragg heeds -pivot in CUSTOM only
}

using at_cli_006 = AcceptanceRun;
TEST_F(at_cli_006, ScalesOfIntegersAndGreys) {
  const Pixels pixels = image(five_cells());
  const double brightest = static_cast<double>(*std::ranges::max_element(pixels));
  const std::vector<std::uint16_t> automatic = integers();
  EXPECT_EQ(std::ranges::max(automatic), 55040);
  for (std::size_t i = 0; i < pixels.size(); ++i)
    ASSERT_NEAR(automatic[i], static_cast<double>(pixels[i]) * (55000 / brightest) + 40, 0.51) << i;
  report(five_cells() + "-scale 2000 -adc 7 -pgmfile p.pgm -pgmscale 30");
  const auto counts = integers();
  const std::string picture = read_bytes(folder_ / "p.pgm");
  const std::size_t data = picture.find("\n255\n") + 5;
  EXPECT_NE(picture.find("# pixels scaled by 30\n"), std::string::npos);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const double value = static_cast<double>(pixels[i]);
    ASSERT_EQ(counts[i], std::floor(static_cast<float>(std::min(65535.0, value * 2000 + 7) + 0.5))) << i;
    ASSERT_EQ(static_cast<unsigned char>(picture[data + i]), std::floor(std::min(255.0, value * 30))) << i;
  }
}

using at_cli_007 = AcceptanceRun;
TEST_F(at_cli_007, SeedDecidesTheNoise) {
  const auto noise = [&](const std::string& seed) {
    const std::string out = report(five_cells() + "-noisefile n.img -fluence 1e33 -seed " + seed);
    return std::pair{read_bytes(folder_ / "n.img"), out.substr(out.find("photons on noise image"))};
  };
  const auto first = noise("3");
  EXPECT_EQ(noise("3"), first);
  EXPECT_NE(noise("4").first, first.first);
  EXPECT_NE(first.second.find("("), std::string::npos);
}

using at_cli_008 = AcceptanceRun;
TEST_F(at_cli_008, ResolutionLimitDarkensTheOutside) {
  const FlatMosflm panel;
  const Pixels all = image(one_cell()), cut = image(one_cell() + "-dmin 5");
  EXPECT_LT(sum_of(cut), sum_of(all));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Vec3d x = panel.centre(i % panel.n_fast, i / panel.n_fast);
    const bool outside = 2 * std::sin(0.5 * std::acos(x.x / norm(x))) > 1 / 5.0;
    ASSERT_EQ(cut[i], outside ? 0.0f : all[i]) << i;
  }
}

using at_cli_009 = AcceptanceRun;
TEST_F(at_cli_009, NothingToRender) {
  for (const std::string flags : {"", "-default_F 0 -cell 100 100 100 90 90 90", "-default_F 100"}) {
    const ProgramResult run = drop_in(flags);
    EXPECT_EQ(run.status, 9) << flags;
    EXPECT_NE(run.out.find("-hkl"), std::string::npos) << flags;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "floatimage.bin"));
  }
  EXPECT_EQ(simulate("-cell 100 100 100 90 90 90").status, 2);
}

}  // namespace
}  // namespace femtobragg::tests
