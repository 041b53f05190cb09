// Crystals of many mosaic blocks: images, reports, scenes, and DIALS as a witness of their intensities.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "tests/programs/explain_run.h"

namespace femtobragg::tests {
namespace {

class CrystalSize : public Explain {
 protected:
  /// Blocks of 25 nm.
  static std::string blocks() { return "-default_F 100 -cell 50 50 50 -N 5 -detpixels 24 -pixel 0.2 -seed 1 "; }
  Pixels image(const std::string& flags) { return image_of(simulate(flags + " " + silence())); }
  Pixels drop_in_image(const std::string& flags) { return image_of(drop_in(flags + " " + silence())); }
  static double sum_of(const Pixels& pixels) { return std::accumulate(pixels.begin(), pixels.end(), 0.0); }
  static constexpr double number = 50e-6 * 50e-6 * 50e-6 / 1.5625e-23;
};

TEST_F(CrystalSize, MakesSpotsBrighter) {
  const Pixels one = image(blocks()), many = image(blocks() + "-crystal_size 0.05");
  Pixels scaled = one;
  for (float& pixel : scaled) pixel = static_cast<float>(number * static_cast<double>(pixel));
  expect_same(many, scaled, 2e-7f);
}

/// The drop-in has the flags too.
TEST_F(CrystalSize, IsCutByTheBeamInTheDropIn) {
  expect_same(drop_in_image(blocks() + "-crystal_size 0.05 -beamsize 0.02"),
              drop_in_image(blocks() + "-crystal_size 0.05 0.02 0.02 -beamsize 1"));
}

TEST_F(CrystalSize, IsWhatReportsTell) {
  const std::string flags = blocks() + "-crystal_size 0.05 -crystal_form sphere -beamsize 1";
  const std::string text = run_explain("--calibration 0", flags).out;
  EXPECT_NE(text.find("4.18879e+09 mosaic blocks, each a parallelepiped crystal of 5x5x5 cells"), std::string::npos)
      << text;
  const json explanation = explained(flags);
  EXPECT_EQ(quantity(explanation, "mosaic blocks").at("value"), "4.18879e+09");
  EXPECT_EQ(quantity(explanation, "lit volume").at("value"), "65449.8");
  EXPECT_EQ(quantity(explanation, "block size").at("value"), "0.025 x 0.025 x 0.025");
  EXPECT_EQ(quantity(explanation, "whole crystal").at("value"), "50 50 50");
  EXPECT_EQ(quantity(explained(blocks()), "crystal size").at("value"), "0.025 x 0.025 x 0.025");
  const std::string report = drop_in(flags).out;
  EXPECT_NE(report.find("parallelepiped xtal: 5x5x5 cells, 4.18879e+09 mosaic blocks\n"), std::string::npos) << report;
  EXPECT_NE(report.find("crystal is 4.18879e+09 mosaic blocks of 0.025 x 0.025 x 0.025 microns"), std::string::npos);
}

TEST_F(CrystalSize, IsKeptByScenes) {
  const std::string flags =
      blocks() +
      "-crystal_size 0.05 0.02 0.1 -crystal_form needle -beam_profile gaussian -beamsize 0.1 -flux 1e12 "
      "-osc 10 -phisteps 2 ";
  const Pixels first = image(flags + "-save_scene scene.toml");
  const std::string scene = read_bytes(folder_ / "scene.toml");
  for (const char* line :
       {"whole_size_mm = [0.05, 0.02, 0.1]", "whole_form = \"needle\"", "profile = \"gaussian\"", "size_mm = 0.1"})
    EXPECT_NE(scene.find(line), std::string::npos) << line << " in\n" << scene;
  EXPECT_EQ(image("scene.toml"), first);
  folder_.write("alone.toml", "[crystal]\nwhole_form = \"sphere\"\n");
  const ProgramResult alone = simulate("alone.toml -o b.npy");
  EXPECT_NE(alone.status, 0);
  EXPECT_NE(alone.err.find("whole_size"), std::string::npos) << alone.err;
}

/// In a beam of 1 um, the chords through a cube at 15 and 45 degrees, and through a sphere.
TEST_F(CrystalSize, TurnsWithTheSpindle) {
  const std::string flags = blocks() + "-osc 30 -phisteps 1 -frames 2 -beamsize 0.001 -crystal_size 0.05 ";
  ASSERT_EQ(simulate(flags + "-o cube_#.bin").status, 0);
  ASSERT_EQ(simulate(flags + "-crystal_form sphere -o sphere_#.bin").status, 0);
  const auto ratio = [&](const std::string& frame) {
    return sum_of(read_floats(folder_ / ("cube_" + frame))) / sum_of(read_floats(folder_ / ("sphere_" + frame)));
  };
  EXPECT_NEAR(ratio("1.bin"), 1 / std::cos(15 * std::numbers::pi / 180), 5e-4);
  EXPECT_NEAR(ratio("2.bin"), std::sqrt(2.0) - 0.01, 5e-4);
}

/// 50 um as one perfect block would take weeks.
TEST_F(CrystalSize, IsTheAdviceForOneThatIsTooLarge) {
  const std::string flags = "-default_F 100 -cell 50 50 50 -xtalsize 0.05 -detpixels 2000 -pixel 0.1 -seed 1";
  EXPECT_NE(warnings("long", flags, "--calibration 0.2").find("-crystal_size"), std::string::npos);
  EXPECT_EQ(
      warnings("long", "-default_F 100 -cell 50 50 50 -N 10 -oversample 3000 -detpixels 2000", "--calibration 0.2")
          .find("-crystal_size"),
      std::string::npos);
}

/// Every step as a crystallographer would take it: see tests/clients/integrate_blocks.py for limits and theory.
TEST(CrystalSizeByDials, HasTheIntensitiesOfKinematicTheory) {
  constexpr int missing = 77;
  const std::string python = "/usr/bin/python3";
  if (!std::filesystem::exists(python)) GTEST_SKIP() << "no " << python;
  const TemporaryFolder folder;
  const ProgramResult result =
      run_binary(python,
                 {"-W", "ignore", std::string(FEMTOBRAGG_SOURCE) + "/tests/clients/integrate_blocks.py",
                  std::string(FEMTOBRAGG_BIN) + "/femtobragg", folder.path().string()},
                 folder.path(), {.cpu_seconds = 280});
  if (result.status == missing) GTEST_SKIP() << result.out;
  EXPECT_EQ(result.status, 0) << result.out << result.err;
}

}  // namespace
}  // namespace femtobragg::tests
