// Backgrounds: flags, scenes, reports, and images without a crystal.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "femtobragg/formats/image/nxmx.h"
#include "tests/programs/explain_run.h"

namespace femtobragg::tests {
namespace {

class Backgrounds : public Explain {
 protected:
  Backgrounds() { folder_.write("oil.stol", "0 3\n0.1 5\n0.2 8\n0.7 2\n"); }
  static std::string panel() { return "-lambda 1 -distance 80 -detpixels 60 -pixel 1 "; }
  Pixels image(const std::string& flags) { return image_of(simulate(panel() + flags + " " + silence())); }
  std::string refusal(const std::string& flags) {
    const ProgramResult run = simulate(panel() + flags + " " + silence());
    EXPECT_NE(run.status, 0);
    return run.err;
  }
  void expect_refusal(const std::string& flags, const char* part) {
    const std::string text = refusal(flags);
    EXPECT_NE(text.find(part), std::string::npos) << text;
  }
};

TEST_F(Backgrounds, AreRenderedWithoutACrystal) {
  const Pixels water = image("-background water:thick=0.1");
  EXPECT_GT(std::ranges::min(water), 0);
  const Pixels twice = image("-background water:thick=0.2");
  for (std::size_t i = 0; i < water.size(); ++i) ASSERT_NEAR(twice[i], 2 * water[i], 3e-7f * twice[i]);
}

TEST_F(Backgrounds, OfACubeOfWaterNeedNoCrystalEither) {
  EXPECT_GT(std::ranges::min(image("-water 100")), 0);
  EXPECT_NE(refusal("").find("nothing to render"), std::string::npos);
}

TEST_F(Backgrounds, HaveNoCrystalInTheirFiles) {
  const std::string flags = panel() + "-background water:thick=0.1 -seed 1 ";
  const ProgramResult run = simulate(flags + "-o a.nxs -expt a.expt -N 5 -mosaic 1 -misset 1 2 3 -gauss_xtal");
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_NE(run.out.find("without effect in this run"), std::string::npos) << run.out;
  for (const char* flag : {"-N 5 (", "-mosaic 1 (", "-misset 1 2 3 (", "-gauss_xtal ("})
    EXPECT_NE(run.out.find(flag + std::string("there is no crystal)")), std::string::npos) << flag << run.out;
  EXPECT_FALSE(formats::read_nxmx_geometry((folder_ / "a.nxs").string()).crystal);
  EXPECT_TRUE(json::parse(read_bytes(folder_ / "a.expt")).at("crystal").empty());
  const ProgramResult page = run_explain("--calibration 0", flags + "-o a.nxs");
  ASSERT_EQ(page.status, 0) << page.err;
  EXPECT_NE(page.out.find("backgrounds without a crystal"), std::string::npos) << page.out;
  for (const char* word : {"unit cell", "cell volume", "mosaic", "crystal of", "crystal size", "crystal terms"})
    EXPECT_EQ(page.out.find(word), std::string::npos) << word << page.out;
}

TEST_F(Backgrounds, OfExperimentsWithACrystalLeaveItInFiles) {
  ASSERT_EQ(simulate(panel() + "-background water:thick=0.1 -seed 1 -default_F 9 -cell 70 80 90 -N 6 -o a.nxs").status,
            0);
  EXPECT_TRUE(formats::read_nxmx_geometry((folder_ / "a.nxs").string()).crystal);
}

TEST_F(Backgrounds, ThatTheBeamLightsDependOnItsSize) {
  const auto said = [&](const std::string& flags) {
    const ProgramResult run = simulate(panel() + "-fluence 1e24 -beamsize 0.5 " + flags + " " + silence());
    return run.out + run.err;
  };
  const std::string crystal = "-default_F 100 -cell 70 80 90 -N 6 -oversample 1 ", idle = "-beamsize is without effect";
  EXPECT_NE(said(crystal).find("-beamsize"), std::string::npos) << said(crystal);
  for (const char* flags : {"-background air:thick=10", "-beamstop disc:size=1,distance=20"})
    EXPECT_EQ(said(crystal + flags).find("neither -flux nor a sample size"), std::string::npos) << flags;
}

/// A window at the sample takes nothing from what gas in front of it sends to pixels, nor from the beam behind it
/// twice.
TEST_F(Backgrounds, PassAWindowAtTheSampleOnce) {
  const Pixels at_sample = image("-background air:from=-20,to=0 -window kapton:thickness=0.05 -beamsize 0.01"),
               behind = image("-background air:from=-20,to=0 -window kapton:thickness=0.05,from=0.001 -beamsize 0.01");
  for (std::size_t i = 0; i < behind.size(); ++i) ASSERT_NEAR(at_sample[i], behind[i], 1e-4f * behind[i]);
}

/// With a small crystal in the middle of a wide beam, the stop's shadow is sharp for its spots and wide for water.
TEST_F(Backgrounds, HaveThePenumbraOfTheWholeBeam) {
  const std::string
      stop = " -background water:thick=0.1 -beamstop rod:size=8,distance=20 -beamsize 1 -flux 1e12",
      crystal = " -default_F 100 -cell 70 80 90 -N 5 -crystal_size 0.02 -mosaic 0.1 -oversample 1 -mosaic_dom 1";
  const Pixels alone = image(stop), with_crystal = image(stop + crystal),
               spots = image(crystal + " -flux 1e12 -beamsize 1");
  const float bright = std::ranges::max(alone);
  std::size_t edges = 0;
  for (std::size_t i = 0; i < alone.size(); ++i) {
    if (spots[i] > 1e-4f * bright) continue;
    ASSERT_NEAR(with_crystal[i], alone[i], 2e-4f * bright) << i;
    edges += alone[i] > 0.1f * bright && alone[i] < 0.6f * bright;
  }
  EXPECT_GT(edges, 50u);
}

TEST_F(Backgrounds, AddUpAndAddToSpots) {
  const std::string crystal = "-default_F 100 -cell 70 80 90 -N 6 -oversample 1 ";
  const Pixels water = image("-background water:thick=0.1"), oil = image("-background oil.stol:molecules=1e16"),
               spots = image(crystal),
               all = image(crystal + "-background water:thick=0.1 -background oil.stol:molecules=1e16");
  const float most = std::ranges::max(all);
  for (std::size_t i = 0; i < all.size(); ++i) ASSERT_NEAR(all[i], water[i] + oil[i] + spots[i], 1e-6f * most);
}

TEST_F(Backgrounds, ComeBackFromAScene) {
  const std::string flags = "-background air:from=-20,to=30,scale=2 -background oil.stol:molecules=1e16,curve=cubic ";
  const Pixels first = image(flags + "-save_scene all.toml");
  EXPECT_EQ(image_of(simulate("all.toml " + silence())), first);
  EXPECT_NE(read_bytes(folder_ / "all.toml").find("[[background.material]]"), std::string::npos);
  // A flag replaces those of the scene.
  EXPECT_EQ(image_of(simulate("all.toml -background water:thick=0.1 " + silence())),
            image("-background water:thick=0.1"));
}

TEST_F(Backgrounds, AreListedWithTheirMolecules) {
  const std::string text =
      simulate(panel() + "-background water:thick=0.1,density=1,mw=18 -background air:from=-20,to=30 -show_config " +
               silence())
          .out;
  EXPECT_NE(text.find("background 1 molecules"), std::string::npos) << text;
  EXPECT_NE(text.find("3.3456"), std::string::npos) << text;
  EXPECT_NE(text.find("-20 to 30 mm"), std::string::npos) << text;
}

TEST_F(Backgrounds, ThatAreWrongAreRefused) {
  expect_refusal("-background water:thick=1,density=0", "density must be above zero");
  expect_refusal("-background water:thick=0.1 -shadow distance=20,corners=1e200/0/0/1e200/-1e200/-1e200",
                 "impossible corners");
  expect_refusal("-background watre:thick=0.1", "watre");
  expect_refusal("-background water:thik=0.1", "thick (mm)");
  expect_refusal("-background water:thick=-1", "must not be negative");
  expect_refusal("-background water:thick=1mm", "finite number in mm");
  expect_refusal("-background water:thick=1,thick=2", "twice");
  expect_refusal("-background water:thick", "no such material or file");
  expect_refusal("-background water", "no amount");
  expect_refusal("-background water:from=1", "both");
  expect_refusal("-background water:from=2,to=1", "exchange");
  expect_refusal("-background air:from=0,to=80", "reaches the detector");
  expect_refusal("-background water:thick=1,size=5", "only ice");
  expect_refusal("-background water:thick=1,curve=cubic", "table");
  expect_refusal("-background water:thick=1,crystallites=5", "only ice");
  expect_refusal("-background ice:thick=1,crystallites=0", "1 to 1000000");
  expect_refusal("-background ice:thick=1,crystallites=2.5", "whole number");
  expect_refusal("-background ice:from=-1,to=1,crystallites=5", "at the sample");
  expect_refusal("-background oil.stol:thick=1", "density");
  expect_refusal("-background oil.stol:molecules=1,column=mass", "amplitude or intensity");
  expect_refusal("-cell 70 80 90 -background water:thick=1", "structure factors");
}

/// A path that is short is as good as a thickness.
TEST_F(Backgrounds, OfMaterialsHaveTablesForSomeEnergies) {
  for (const char* energy : {"1e8", "10"}) {
    const ProgramResult run =
        simulate(std::string("-distance 80 -detpixels 60 -pixel 1 -background water:thick=1 -energy ") + energy + " " +
                 silence());
    EXPECT_NE(run.status, 0);
    EXPECT_NE(run.err.find("no scattering is known for photons of"), std::string::npos) << run.err;
  }
}

TEST_F(Backgrounds, OfShortPathsAreAtTheSample) {
  const Pixels path = image("-background water:from=-0.0005,to=0.0005"), point = image("-background water:thick=0.001");
  for (std::size_t i = 0; i < path.size(); ++i) ASSERT_NEAR(path[i], point[i], 1e-6f * point[i]);
}

/// Where they are interpolated between nodes they equal those that the reference computes pixel by pixel.
TEST_F(Backgrounds, AreThoseOfTheReference) {
  const std::string flags =
      "-lambda 1 -distance 120 -detpixels 200 -pixel 0.3 -sensor Si 450um -background water:thick=0.1 "
      "-background air:from=-20,to=60 -background kapton:thick=0.05 -background nano-ice:thick=0.01 -oversample 2 ";
  const Pixels fast = image_of(simulate(flags + silence())),
               exact = image_of(simulate(flags + "-device reference " + silence()));
  for (std::size_t i = 0; i < fast.size(); ++i) ASSERT_NEAR(fast[i], exact[i], 1e-6f * exact[i]) << i;
}

}  // namespace
}  // namespace femtobragg::tests
