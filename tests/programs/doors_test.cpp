// The two programs: lists of quirks, announcements, and the same bytes where no quirk matters.
#include <gtest/gtest.h>

#include <set>

#include "test_paths.h"
#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {
namespace {

using Doors = QuirkRun;
using Ids = std::set<std::string>;

/// The lines of an SMV header in their order, but for those that only `simulate` writes.
std::vector<std::string> items_of(const std::string& header) {
  std::vector<std::string> items;
  std::istringstream stream(header.substr(0, header.find('}')));
  for (std::string line; std::getline(stream, line);) {
    const std::string key = line.substr(0, line.find('='));
    static const std::set<std::string> of_simulate = {"HEADER_BYTES", "IMAGE_PEDESTAL", "GAIN",          "ADC_OFFSET",
                                                      "BEAMLINE",     "BEAM_CENTER_X",  "BEAM_CENTER_Y", "TIME"};
    if (!of_simulate.contains(key)) items.push_back(line);
  }
  return items;
}

std::string without_header(const std::string& image) {
  const std::string key = "HEADER_BYTES=";
  return image.substr(std::stoul(image.substr(image.find(key) + key.size(), 8)));
}

TEST_F(Doors, QuirksFlagChoosesExactlyThese) {
  const std::string flags = base() + "-osc 2 -phisteps 4 -curved_det -point_pixel ";
  const auto ids = [&](const std::string& quirks) {
    return announced(simulate("-quirks " + quirks + " " + flags).err);
  };
  EXPECT_EQ(ids("none"), Ids{});
  EXPECT_EQ(ids("Q-curved"), Ids{"Q-curved"});
  // Without the first, no step lies at a phi of zero.
  EXPECT_EQ(ids("Q-phi-edges,Q-phi0-carry"), (Ids{"Q-phi-edges", "Q-phi0-carry"}));
  EXPECT_EQ(ids("Q-curved,Q-phi0-carry"), Ids{"Q-curved"});
  EXPECT_EQ(ids("Q-water,Q-point-pixel"), Ids{"Q-point-pixel"});
  const Ids all = ids("all");
  for (const std::string id : {"Q-curved", "Q-phi0-carry", "Q-point-pixel", "Q-triclinic-cell", "Q-solid-angle"})
    EXPECT_TRUE(all.contains(id)) << id;
  EXPECT_FALSE(all.contains("Q-water"));
  EXPECT_EQ(simulate("-quirks Q-curved,nonsense " + flags).status, 2);
  EXPECT_EQ(drop_in("-quirks Q-curved,nonsense " + flags).status, 9);
}

TEST_F(Doors, QuirksFlagMakesTheDoorsEqual) {
  const std::string flags =
      base() + "-osc 2 -phisteps 4 -curved_det -point_pixel -sourcefile src.txt -twotheta 5 -dtype float64 ";
  for (const std::string quirks : {"all", "none", "Q-pivot,Q-curved"}) {
    const Pixels strict = image_of(simulate("-quirks " + quirks + " " + flags));
    EXPECT_EQ(image_of(drop_in("-quirks " + quirks + " " + flags)), strict) << quirks;
  }
}

/// What a default run of the reference announces: never a quirk that the command line does not touch. Each of them
/// touches two lines in the header of the SMV file, and the spot of the direct beam where the detector catches it.
TEST_F(Doors, DropInAnnouncesWhatChangesTheRun) {
  const std::string plain = "-default_F 100 -cell 50 50 50 -N 5 -oversample 1 " + detector() + silence();
  const std::vector<std::pair<std::string, Ids>> cases = {
      {"", {}},
      {"-cell 30 40 50 75 95 105", {"Q-triclinic-cell"}},
      {"-oversample 2", {"Q-first-subpixel"}},
      {"-oversample 2 -oversample_polar -oversample_omega -oversample_thick", {"Q-running-sum", "Q-absorb-zero"}},
      {"-osc 2 -phisteps 4", {"Q-phi-edges", "Q-phi0-carry", "Q-solid-angle"}},
      {"-osc 2 -phisteps 4 -phi 5", {"Q-phi-edges", "Q-solid-angle"}},
      {"-phi 5", {}},
      {"-dispersion 1", {"Q-spread-ends", "Q-solid-angle"}},
      {"-hdivrange 1", {"Q-spread-ends", "Q-first-subpixel", "Q-solid-angle"}},
      {"-twotheta 10", {"Q-pivot", "Q-twotheta-report"}},
      {"-xds -twotheta 10", {"Q-twotheta-report"}},
      {"-xds -Xbeam 12 -Ybeam 9", {"Q-pivot"}},
      {"-mosflm -Xbeam 12 -Ybeam 9", {}},
      {"-ORGX 12", {"Q-close-point"}},
      {"-water 1", {"Q-water"}},
      {"-gauss_xtal", {"Q-gauss-width"}},
      {"-round_xtal", {}},
      {"-point_pixel", {"Q-point-pixel"}},
      {"-curved_det -nopgm", {"Q-curved"}},
      {"-curved_det", {"Q-curved-last"}},
      {"-detector_thick 100", {"Q-thickness-layers", "Q-first-subpixel", "Q-solid-angle"}},
      {"-nopolar", {}},
      {"-nopolar -oversample_polar", {"Q-nopolar-lost"}},
      {"-mosaic 1 -mosaic_domains 3", {"Q-solid-angle"}},
      {"-detector_rotx 5", {}},
      {"-phisteps 4", {"Q-step-rules", "Q-phi-edges", "Q-phi0-carry", "Q-solid-angle"}}};
  for (const auto& [flags, ids] : cases) {
    Ids found = announced(drop_in(plain + flags).err);
    EXPECT_EQ(found.erase("Q-header-dials"), 1u) << flags;
    EXPECT_EQ(found.erase("Q-header-beamline"), 1u) << flags;
    // The swing about the sample moves the detector, 36 mm wide, by 17.6 mm and out of the beam.
    EXPECT_EQ(found.erase("Q-direct-beam"), flags == "-xds -twotheta 10" ? 0u : 1u) << flags;
    EXPECT_EQ(found, ids) << flags;
  }
  // There is no such spot where the beam misses the detector, or where the amplitude is zero.
  EXPECT_FALSE(announced(drop_in(plain + "-twotheta 0 -Xbeam -90").err).contains("Q-direct-beam"));
  folder_.write("one.hkl", "1 0 0 100\n");
  EXPECT_FALSE(announced(drop_in(plain + "-default_F 0 -hkl one.hkl").err).contains("Q-direct-beam"));
}

TEST_F(Doors, DirectBeamIsLeftOutUnlessAskedFor) {
  for (const std::string flags :
       {"-default_F 100 -cell 50 50 50 -N 5 ", "-hkl p1.hkl -cell 30 40 50 75 95 105 -N 5 ",
        "-hkl p1.hkl -default_F 10 -cell 30 40 50 75 95 105 -N 5 -gauss_xtal -mosaic 1 -mosaic_domains 4 "}) {
    const std::string run = flags + "-oversample 1 -dtype float64 " + detector() + silence();
    const Pixels dark = image_of(simulate(run)), lit = image_of(simulate(run + "-direct_beam"));
    EXPECT_EQ(lit, image_of(simulate("-quirks Q-direct-beam " + run))) << flags;
    // The beam hits the corner that columns 36 and 37, rows 28 and 29 share.
    const std::size_t beam = 28 * 72 + 36;
    EXPECT_LT(dark[beam], 1e-3f * lit[beam]) << flags;
    // Only pixels whose nearest reflection is F(0,0,0) differ: within half a reciprocal cell of the beam.
    std::size_t differ = 0;
    for (std::size_t i = 0; i < lit.size(); ++i) {
      if (dark[i] == lit[i]) continue;
      ++differ;
      EXPECT_LT(std::hypot(static_cast<double>(i % 72) - static_cast<double>(beam % 72),
                           static_cast<double>(i / 72) - static_cast<double>(beam / 72)),
                6)
          << flags;
    }
    EXPECT_GT(differ, 0u);
  }
}

TEST_F(Doors, PivotIsSilentWhereBothRulesPlaceTheDetectorAlike) {
  for (const std::string flags : {"-pivot sample", "-xds -pivot beam", "-close_distance 90"}) {
    const ProgramResult result = simulate("-quirks Q-pivot " + base() + flags);
    EXPECT_EQ(announced(result.err), Ids{}) << flags;
  }
}

/// Runs that no quirk changes: both programs leave the same files. Headers differ in the semicolon and the name of
/// the beamline and its centre that two quirks are about, and in the items that `simulate` adds.
TEST_F(Doors, SameBytesWhereNoQuirkMatters) {
  const std::string plain =
      "-hkl p1.hkl -cell 50 60 70 90 110 90 -oversample 1 -noprogress -seed 5 -dump d.bin -dtype float64 ";
  const std::string size = "-pixel 0.5 -detpixels_x 72 -detpixels_y 56 ";
  for (const std::string flags :
       {"-N 5", "-N 5 -misset 11 23 37 -fluence 1e31", "-N 4 -round_xtal -mosflm -Xbeam 13.1 -Ybeam 17.1 -distance 80",
        "-N 5 -xds -ORGX 30.25 -ORGY 20.75 -detector_rotx 3", "-N 5 -roi 5 60 4 45 -adc 10 -scale 2 -pgmscale 0.1",
        "-N 5 -adxv -polar 0.9 -dmin 3 -energy 11000",
        "-N 5 -denzo -nopolar -flux 1e12 -exposure 0.1 -beamsize 0.01"}) {
    const ProgramResult drop = drop_in("-quirks all " + plain + size + flags);
    ASSERT_EQ(drop.status, 0) << drop.err;
    Ids ids = announced(drop.err);
    for (const char* id : {"Q-header-dials", "Q-header-beamline", "Q-direct-beam", "Q-noise-serial"}) ids.erase(id);
    EXPECT_EQ(ids, Ids{}) << flags;
    std::vector<std::string> files;
    for (const std::string name : {"floatimage.bin", "intimage.img", "noiseimage.img", "image.pgm"})
      files.push_back(read_bytes(folder_ / name));
    ASSERT_EQ(simulate(plain + size + flags + " -direct_beam -quirks Q-noise-serial").status, 0);
    std::size_t i = 0;
    for (const std::string name : {"floatimage.bin", "intimage.img", "noiseimage.img", "image.pgm"}) {
      const std::string ours = read_bytes(folder_ / name);
      if (name.ends_with(".img")) {
        std::string theirs = files[i].substr(0, 512);
        const std::size_t end = theirs.find('\n', theirs.find("DIALS_ORIGIN"));
        theirs.insert(end, ";");
        EXPECT_EQ(items_of(ours), items_of(theirs)) << name << " of " << flags;
        EXPECT_EQ(without_header(ours), without_header(files[i])) << name << " of " << flags;
      } else {
        EXPECT_EQ(ours, files[i]) << name << " of " << flags;
      }
      ++i;
    }
  }
}

/// The version stands in one place.
TEST(Version, IsThatOfTheBuild) {
  const std::string build = read_bytes(std::filesystem::path(FEMTOBRAGG_SOURCE) / "CMakeLists.txt");
  const std::string before = "project(femtobragg VERSION ";
  const std::size_t begin = build.find(before) + before.size();
  const std::string expected = "femtobragg " + build.substr(begin, build.find(' ', begin) - begin) + "\n";
  const TemporaryFolder folder;
  EXPECT_EQ(run_program("femtobragg", {"--version"}, folder.path()).out, expected);
  EXPECT_EQ(run_program("femtobragg", {"simulate", "-version"}, folder.path()).out, expected);
}

}  // namespace
}  // namespace femtobragg::tests
