// -show_config tells the truth about where each value came from.
#include <gtest/gtest.h>

#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {
namespace {

class ShowConfig : public QuirkRun {
 protected:
  /// What follows the name in the line of that name.
  std::string line(const std::string& name) const {
    std::istringstream stream(config_);
    for (std::string row; std::getline(stream, row);)
      if (row.starts_with(name + "  ") || row.starts_with(name + " ")) {
        const std::size_t value = row.find_first_not_of(' ', 26);
        if (row.substr(0, row.find_last_not_of(' ', 25) + 1) == name) return row.substr(value);
      }
    return "no line " + name + " in\n" + config_;
  }
  void keep(const ProgramResult& result) {
    EXPECT_EQ(result.status, 0) << result.err;
    config_ = result.out;
  }
  static std::string small() { return "-default_F 10 -cell 50 -detpixels 8 -pixel 1 -nopgm -nonoise -show_config "; }
  void run(const std::string& flags) { keep(simulate(small() + flags)); }
  void run_drop_in(const std::string& flags) { keep(drop_in(small() + flags)); }

  /// That the line has that value and unit, and ends with where they came from.
  void expect(const std::string& name, const std::string& value, const std::string& origin) const {
    const std::string text = line(name);
    EXPECT_TRUE(text.starts_with(value + " ")) << name << ": " << text;
    const std::size_t gap = text.find("  ");
    ASSERT_NE(gap, std::string::npos) << text;
    EXPECT_EQ(text.substr(text.find_first_not_of(' ', gap)), origin) << name;
  }

  std::string config_;
};

TEST_F(ShowConfig, Defaults) {
  run("");
  expect("wavelength", "1 A", "default");
  expect("pivot", "beam", "from the convention");
  expect("convention", "MOSFLM", "default");
  expect("beam centre X Y", "4.5 4.5 mm", "default");
  expect("distance", "100 mm", "default");
  expect("region of interest", "0 to 7, 0 to 7 px", "default");
  expect("cells", "1x1x1", "default");
  expect("quirks", "none", "default");
}

/// In simulate they contradict each other.
TEST_F(ShowConfig, TheLastOfSeveralFlagsCounts) {
  run_drop_in("-lambda 2 -energy 6199.21");
  expect("wavelength", "2 A", "-energy 6199.21");
  run_drop_in("-energy 1 -wave 1.5");
  expect("wavelength", "1.5 A", "-wave 1.5");
  run_drop_in("-N 4 -Nb 5 -Na 6 -N 7 -Nc 3");
  expect("cells", "7x7x3", "-N 7, -Nc 3");
  run_drop_in("-xtalsize 0.0001 -N 3");
  EXPECT_TRUE(line("cells").ends_with("  -xtalsize 0.0001")) << line("cells");
  run_drop_in("-round_xtal -gauss_xtal -fudge 2");
  expect("shape", "gaussian", "-gauss_xtal");
  expect("fudge", "2", "-fudge 2");
  run_drop_in("-polar 0.9 -nopolar");
  expect("polarization", "off", "-nopolar");
  run_drop_in("-hdivrange 3 -divergence 1 -vdivrange 2");
  EXPECT_TRUE(line("sources").ends_with("  -divergence 1, -vdivrange 2")) << line("sources");
  run_drop_in("-detsize 5 -detpixels_x 6 -detpixels 9 -detpixels_y 7");
  expect("pixels", "9 x 7", "-detpixels 9, -detpixels_y 7");
}

TEST_F(ShowConfig, BeamCentreOfNearPoints) {
  run("-ORGX 3.5 -ORGY 6.5");
  expect("beam centre X Y", "5.5 2.5 mm", "-ORGY 6.5, -ORGX 3.5");
  expect("pivot", "sample", "-ORGY 6.5");
  run("-xds -ORGX 3.5 -ORGY 6.5");
  expect("beam centre X Y", "3 6 mm", "-ORGX 3.5, -ORGY 6.5");
  run("-Xclose 3 -Yclose 5");
  expect("beam centre X Y", "4.5 2.5 mm", "-Yclose 5, -Xclose 3");
  run("-dials -ORGX 3.5 -Xclose 3");
  expect("beam centre X Y", "3 4 mm", "-Xclose 3");
  run("-Xbeam 3 -ORGX 2");
  EXPECT_TRUE(line("beam centre X Y").ends_with("  -ORGX 2, -Xbeam 3") ||
              line("beam centre X Y").ends_with("  -Xbeam 3, -ORGX 2"))
      << line("beam centre X Y");
  // With the quirk these flags move nothing in MOSFLM.
  run("-quirks Q-close-point -ORGX 3.5 -ORGY 6.5");
  expect("beam centre X Y", "4.5 4.5 mm", "default");
}

TEST_F(ShowConfig, OriginByVector) {
  run("-pix0_vector 0.1 0.004 -0.003 -distance 100");
  expect("beam centre X Y", "3 4 mm", "-pix0_vector 0.1 0.004 -0.003");
  expect("distance", "100 mm", "-pix0_vector 0.1 0.004 -0.003");
  expect("origin", "100 4 -3 mm", "-pix0_vector 0.1 0.004 -0.003");
  expect("convention", "CUSTOM", "-pix0_vector 0.1 0.004 -0.003");
}

TEST_F(ShowConfig, PivotOfTheRuleThatApplied) {
  run("-twotheta 5 -Xbeam 3");
  expect("pivot", "sample", "-twotheta 5");
  run("-twotheta 5 -pivot beam");
  expect("pivot", "beam", "-pivot beam");
  run("-xds -Xbeam 3 -Ybeam 2");
  expect("pivot", "beam", "-Ybeam 2");
  run_drop_in("-pivot sample");
  expect("pivot", "beam", "from the convention");
  run_drop_in("-fdet_vector 0 0 1 -Xclose 4");
  expect("pivot", "sample", "-Xclose 4");
}

/// A header gives a beam centre, but has no say in the pivot.
TEST_F(ShowConfig, Headers) {
  ASSERT_EQ(simulate(small() + "-Xbeam 3 -Ybeam 6 -intfile a.img").status, 0);
  keep(simulate("-default_F 10 -cell 50 -img a.img -o b.npy -show_config -distance 90"));
  expect("beam centre X Y", "3 6 mm", "DIALS_ORIGIN in the header of a.img");
  expect("pivot", "beam", "from the convention");
  expect("distance", "90 mm", "-distance 90");
  EXPECT_TRUE(line("pixels").ends_with("  SIZE1 and SIZE2 in the header of a.img")) << line("pixels");
}

TEST_F(ShowConfig, SeedsFromTheClock) {
  run("-misset random");
  EXPECT_TRUE(line("noise seed").ends_with("  from the clock")) << line("noise seed");
  EXPECT_TRUE(line("misset").ends_with("  -misset random, the clock")) << line("misset");
  run("-misset random -seed 3");
  expect("noise seed", "3", "-seed 3");
  EXPECT_TRUE(line("misset").ends_with("  -misset random, -seed 3")) << line("misset");
  run("-misset random -seed 3 -misset_seed 4");
  EXPECT_TRUE(line("misset").ends_with("  -misset random, -misset_seed 4")) << line("misset");
  run("-misset 1 2 3 -misset_seed 4");
  expect("misset", "1 2 3 deg", "-misset 1 2 3");
}

TEST_F(ShowConfig, FluenceOfAFluxOrNot) {
  run("-beamsize 0.2 -fluence 1e20");
  expect("fluence", "1e+20 photons/m^2", "-fluence 1e20");
  run("-beamsize 0.2");
  EXPECT_TRUE(line("fluence").ends_with("  default")) << line("fluence");
  run("-fluence 1e20 -flux 1e12 -beamsize 0.1");
  expect("fluence", "1e+20 photons/m^2", "-flux 1e12, -beamsize 0.1");
}

TEST_F(ShowConfig, WhatFlagsWithoutEffectDoNotClaim) {
  run("-roi 1 3 2 5");
  expect("region of interest", "1 to 3, 2 to 5 px", "-roi 1 3 2 5");
  run("-xds");
  expect("convention", "XDS", "-xds");
  expect("beam direction", "0 0 1", "from the convention");
  run("-beam_vector 1 0 0");
  expect("beam direction", "1 0 0", "-beam_vector 1 0 0");
  run("-distance 60 -close_distance 60");
  expect("distance", "60 mm", "-close_distance 60");
  keep(simulate(small() + "-hkl small.hkl -dump mine.bin"));
  EXPECT_TRUE(line("structure factors").ends_with("  -hkl small.hkl")) << line("structure factors");
  run("-detector_thick 100");
  EXPECT_TRUE(line("sensor attenuation").ends_with("  from the thickness")) << line("sensor attenuation");
}

}  // namespace
}  // namespace femtobragg::tests
