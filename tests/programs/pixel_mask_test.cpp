// Shadows reach those who integrate: the mask of .nxs files, and the one of an experiment list for DIALS.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/formats/image/nxmx.h"
#include "test_paths.h"
#include "tests/run_program.h"

namespace femtobragg::tests {
namespace {

using nlohmann::json;

/// The shadow of a disc of 4 mm at half the distance: 2 mm at a distance of 50 mm, 10 pixels of 0.4 mm about the beam.
class ShadowMask : public testing::Test {
 protected:
  ProgramResult simulate(std::vector<std::string> more) {
    std::vector<std::string> words = {"simulate", "-default_F", "100", "-cell", "40", "50", "60", "90", "90", "90"};
    const std::vector<std::string> rest = {
        "-N", "5",    "-lambda", "1",         "-distance", "100",       "-water",
        "20", "-osc", "1",       "-phisteps", "2",         "-beamstop", "disc:size=4,distance=50"};
    words.insert(words.end(), rest.begin(), rest.end());
    if (std::ranges::find(more, "-detector") == more.end())
      words.insert(words.end(), {"-detpixels", "60", "-pixel", "0.4"});
    words.insert(words.end(), more.begin(), more.end());
    return run_program("femtobragg", words, folder_.path());
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::size_t masked(const std::string& name) const {
    const formats::Frame frame = formats::read_pixels(path(name));
    return static_cast<std::size_t>(std::ranges::count(frame.states, PixelState::Masked));
  }
  json mask(const std::string& name) const {
    const ProgramResult read =
        run_binary("/usr/bin/python3", {"-W", "ignore", FEMTOBRAGG_SOURCE "/tests/clients/dials_mask.py", path(name)},
                   folder_.path());
    EXPECT_EQ(read.status, 0) << read.err;
    return json::parse(read.out);
  }

  TemporaryFolder folder_;
};

constexpr double shadow_pixels = 314.159;  // of a circle with a radius of 10

TEST_F(ShadowMask, IsInNexusFilesWithTheirCounts) {
  ASSERT_EQ(simulate({"-o", "a.nxs", "-o", "a.cbf", "-seed", "1"}).status, 0);
  EXPECT_NEAR(static_cast<double>(masked("a.nxs")), shadow_pixels, 40);
  EXPECT_EQ(masked("a.cbf"), 0u) << "pixels behind the stop count what they get, as with measured images";
  ASSERT_EQ(simulate({"-mask_below", "0", "-o", "b.nxs", "-seed", "1"}).status, 0);
  EXPECT_EQ(masked("b.nxs"), 0u);
  EXPECT_EQ(formats::read_pixels(path("a.nxs")).pixels, formats::read_pixels(path("b.nxs")).pixels);
  const ProgramResult wrong = simulate({"-mask_below", "1.5", "-o", "c.nxs"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_NE(wrong.err.find("-mask_below"), std::string::npos) << wrong.err;
}

TEST_F(ShadowMask, IsInAFileBesideTheExperimentList) {
  const ProgramResult run = simulate({"-frames", "2", "-o", "s_####.cbf", "-expt", "s.expt", "-seed", "1"});
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_NE(run.out.find("writing s.mask"), std::string::npos) << run.out;
  EXPECT_EQ(json::parse(read_bytes(folder_ / "s.expt"))["imageset"][0]["mask"], "s.mask");
  const json found = mask("s.mask");
  ASSERT_EQ(found["panels"].size(), 1u);
  EXPECT_EQ(found["panels"][0][0], json({60, 60}));
  const std::string digits = found["panels"][0][1];
  EXPECT_NEAR(static_cast<double>(std::ranges::count(digits, '0')), shadow_pixels, 40);
  EXPECT_EQ(digits[30 * 60 + 30], '0');
  EXPECT_EQ(digits[30 * 60 + 45], '1');
  ASSERT_EQ(simulate({"-frames", "2", "-o", "n.nxs", "-expt", "n.expt", "-seed", "1"}).status, 0);
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(digits, '0')), masked("n.nxs"));
  EXPECT_EQ(read_bytes(folder_ / "n.mask"), read_bytes(folder_ / "s.mask"));
}

TEST_F(ShadowMask, IsNotWrittenWithoutShadowsOrImages) {
  ASSERT_EQ(simulate({"-mask_below", "0", "-o", "a_1.cbf", "-expt", "a.expt", "-seed", "1"}).status, 0);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a.mask"));
  EXPECT_EQ(json::parse(read_bytes(folder_ / "a.expt"))["imageset"][0]["mask"], "");
  ASSERT_EQ(simulate({"-o", "b.npy", "-expt", "b.expt", "-seed", "1"}).status, 0);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "b.mask"));
}

/// Panels are arrays of their own, in the order of the list.
TEST_F(ShadowMask, HasAnArrayForEachPanel) {
  ASSERT_EQ(simulate({"-detector", "agipd-1m", "-o", "j.nxs", "-expt", "j.expt", "-seed", "1"}).status, 0);
  const json list = json::parse(read_bytes(folder_ / "j.expt")), found = mask("j.mask");
  const json& panels = list["detector"][0]["panels"];
  ASSERT_GT(panels.size(), 1u);
  ASSERT_EQ(found["panels"].size(), panels.size());
  for (std::size_t i = 0; i < panels.size(); ++i) {
    EXPECT_EQ(found["panels"][i][0][0], panels[i]["image_size"][1]);
    EXPECT_EQ(found["panels"][i][0][1], panels[i]["image_size"][0]);
  }
  if (found["dials"].is_null()) GTEST_SKIP() << "DIALS is not installed";
  EXPECT_EQ(found["dials"], found["panels"]);
}

}  // namespace
}  // namespace femtobragg::tests
