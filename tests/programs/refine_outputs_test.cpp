// `femtobragg refine` from a list of experiments and back: what it chooses, constraints, spots of a table, and stops.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "femtobragg/base/units.h"
#include "femtobragg/base/vec3.h"
#include "test_paths.h"
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class RefineFromLists : public testing::Test {
 protected:
  static Words crystal(const Words& more = {}) {
    Words words = {"-hkl",
                   std::string(FEMTOBRAGG_SOURCE) + "/examples/cro/cro_2.5A_P1.hkl",
                   "-N",
                   "20",
                   "-mosaic",
                   "0.2",
                   "-mosaic_domains",
                   "5",
                   "-oversample",
                   "1",
                   "-fluence",
                   "1e26"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  void simulate(const Words& misset, const Words& outputs) const {
    Words words = after("simulate", crystal({"-cell", "34.77", "39.17", "48.31", "90", "90", "90", "-lambda", "0.98",
                                             "-distance", "100", "-detpixels", "200", "-pixel", "0.2", "-quiet"}));
    words.push_back("-misset");
    words.insert(words.end(), misset.begin(), misset.end());
    words.insert(words.end(), outputs.begin(), outputs.end());
    expect_success(run_program("femtobragg", words, folder_.path()));
  }
  /// An image with its truth, and a list that starts a little off, with an identifier.
  void SetUp() override {
    simulate({"10", "20", "30"},
             {"-o", "t_1.cbf", "-seed", "5", "-expt", "true.expt", "-truth", "true.refl", "-truth_fraction", "0.1"});
    simulate({"10.02", "19.98", "30.02"}, {"-o", "start_1.cbf", "-expt", "start.expt"});
    json start = json::parse(read_bytes(folder_ / "start.expt"));
    start["experiment"][0]["identifier"] = "the-still";
    start["imageset"][0]["images"][0] = "t_1.cbf";
    folder_.write("start.expt", start.dump());
  }
  ProgramResult refine(const Words& options, const Words& start = {"-geometry", "start.expt"}) const {
    Words words = after("refine", {"--target", "t_1.cbf", "--report", "R"});
    words.insert(words.end(), options.begin(), options.end());
    words.push_back("--");
    const Words known = crystal(start);
    words.insert(words.end(), known.begin(), known.end());
    return run_program("femtobragg", words, folder_.path());
  }
  json record() const { return json::parse(read_bytes(folder_ / "R/refinement.json")); }
  json list(const std::string& name) const { return json::parse(read_bytes(folder_ / name)); }

  TemporaryFolder folder_;
};

Vec3d axis_of(const json& list, const char* axis) {
  const json& v = list.at("crystal").at(0).at(axis);
  return {v.at(0), v.at(1), v.at(2)};
}

double degrees_off(const json& a, const json& b, const char* axis) {
  const Vec3d one = axis_of(a, axis), other = axis_of(b, axis);
  return degrees_from_radians(std::atan2(norm(cross(one, other)), dot(one, other)));
}

TEST_F(RefineFromLists, BeginsFineWhereTheStartIsNearAndSaysSo) {
  // Spots of several pixels: in smaller ones, the pixel of a peak says too little about its place.
  const Words start = {"-geometry", "start.expt", "-N", "8"};
  simulate({"10", "20", "30"}, {"-N", "8", "-o", "t_1.cbf", "-seed", "5"});
  const ProgramResult result = expect_success(refine({"--refine", "misset,fluence"}, start));
  EXPECT_NE(result.err.find("0 coarse levels, pixels: peaks, because "), std::string::npos) << result.err;
  EXPECT_NE(result.err.find(" s left"), std::string::npos) << result.err;
  EXPECT_NE(result.out.find("standard errors are those of counting, not scaled by chi^2: "), std::string::npos);
  EXPECT_EQ(record()["levels"].size(), 1u);
  EXPECT_EQ(record()["pixels"], "peaks");
  const double pixels = record()["standard_errors"]["pixels"];
  EXPECT_LT(pixels, 200 * 200);
  EXPECT_EQ(record()["standard_errors"]["degrees_of_freedom"], pixels - 4);
  const ProgramResult given =
      expect_success(refine({"--refine", "misset,fluence", "--levels", "1", "--pixels", "all"}, start));
  EXPECT_EQ(given.err.find("because"), std::string::npos) << given.err;
  EXPECT_EQ(record()["levels"].size(), 3u);
  EXPECT_EQ(record()["pixels"], "all");
}

TEST_F(RefineFromLists, WritesWhatItRefined) {
  expect_success(refine({"--refine", "misset,cell_a,fluence", "-o", "refined.expt"}));
  const json refined = list("refined.expt"), truth = list("true.expt"), start = list("start.expt");
  for (const char* axis : {"real_space_a", "real_space_b", "real_space_c"}) {
    EXPECT_LT(degrees_off(refined, truth, axis), 0.005) << axis;
    EXPECT_GT(degrees_off(start, truth, axis), 0.01) << axis;
  }
  EXPECT_NEAR(norm(axis_of(refined, "real_space_a")), 34.77, 0.01);
  EXPECT_EQ(refined["experiment"][0]["identifier"], "the-still");
  ASSERT_EQ(refined["imageset"].size(), 1u);
  EXPECT_EQ(refined["imageset"][0]["images"][0], (fs::canonical(folder_.path()) / "t_1.cbf").string());
  EXPECT_EQ(refined["detector"].size(), 1u);
  expect_success(run_program("femtobragg", {"geometry", "refined.expt"}, folder_.path()));
  const ProgramResult wrong = refine({"--refine", "misset", "--expt", "refined.geom"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_NE(wrong.err.find("--expt"), std::string::npos) << wrong.err;
}

/// Without a list to continue there is none to take images from; several images have an experiment each.
TEST_F(RefineFromLists, WritesAnExperimentForEachImage) {
  simulate({"50", "-10", "5"}, {"-o", "u_1.cbf", "-seed", "6", "-expt", "u.expt"});
  folder_.write("each", "-geometry start.expt\n-geometry u.expt\n");
  Words words = after("refine", {"--target", "t_1.cbf", "u_1.cbf", "--refine", "misset,fluence,distance",
                                 "--image-args", "each", "--expt", "both.expt", "--"});
  const Words known = crystal();
  words.insert(words.end(), known.begin(), known.end());
  expect_success(run_program("femtobragg", words, folder_.path()));
  const json both = list("both.expt");
  ASSERT_EQ(both["experiment"].size(), 2u);
  EXPECT_EQ(both["experiment"][0]["identifier"], "the-still");
  EXPECT_EQ(both["crystal"].size(), 2u);
  EXPECT_EQ(both["imageset"].size(), 2u);
  EXPECT_EQ(both["detector"].size(), 1u) << "they share it";
  EXPECT_EQ(both["experiment"][1]["crystal"], 1);
}

TEST_F(RefineFromLists, UsesThePixelsOfSpotsOfATable) {
  const ProgramResult result = expect_success(refine({"--refine", "misset,fluence", "--pixels", "true.refl"}));
  EXPECT_NE(result.err.find(" spots of true.refl"), std::string::npos) << result.err;
  EXPECT_EQ(record()["pixels"], "spots");
  EXPECT_LT(record()["standard_errors"]["pixels"], 200 * 200);
  const double truth[] = {10, 20, 30};
  for (std::size_t i = 0; i < 3; ++i) {
    const json p = record()["parameters"][i];
    EXPECT_LT(std::abs(p["value"].get<double>() - truth[i]), 4 * p["standard_error"].get<double>()) << p;
  }
  folder_.write("bad.refl", read_bytes(folder_ / "true.refl").substr(0, 1000));
  const ProgramResult bad = refine({"--refine", "misset", "--pixels", "bad.refl"});
  EXPECT_EQ(bad.status, 1);
  EXPECT_NE(bad.err.find("bad.refl"), std::string::npos) << bad.err;
  EXPECT_EQ(refine({"--refine", "misset", "--pixels", "absent.refl"}).status, 1);
}

TEST_F(RefineFromLists, KeepsBoundsAndTies) {
  const ProgramResult result = expect_success(refine(
      {"--refine", "misset,cells,fluence", "--tie", "cells_a=cells_b=cells_c", "--bounds", "fluence=1.2e26:2e26"},
      {"-geometry", "start.expt", "-fluence", "1.5e26"}));
  EXPECT_NE(result.out.find("cells_a=cells_b=cells_c "), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("at its bound"), std::string::npos) << result.out;
  for (const json& p : record()["parameters"]) {
    EXPECT_EQ(p["at_bound"], p["name"] == "fluence") << p;
    if (p["name"] == "fluence") {
      EXPECT_NEAR(p["value"].get<double>() / 1.2e26, 1, 1e-6);
    }
  }
  for (const Words& wrong : {Words{"--bounds", "distance=3"},
                             {"--bounds", "cell_a=1:2"},
                             {"--tie", "cells_a"},
                             {"--tie", "cells_a=cell_a"}}) {
    Words words = {"--refine", "misset,cells"};
    words.insert(words.end(), wrong.begin(), wrong.end());
    const ProgramResult refused = refine(words);
    EXPECT_EQ(refused.status, 2) << wrong[1] << refused.err;
  }
}

TEST_F(RefineFromLists, RestrainsWhatItCannotTellApart) {
  const Words both = {"--refine", "cell_a,cell_b,cell_c,wavelength,fluence"};
  const ProgramResult result = expect_success(refine(both));
  EXPECT_NE(
      result.err.find("weakly restrained, because an image can hardly tell their effects apart: cell_a to 34.77 +- "),
      std::string::npos)
      << result.err;
  Words without = both;
  without.push_back("--no-default-restraints");
  EXPECT_EQ(refine(without).err.find("weakly restrained"), std::string::npos);
}

/// A run that is stopped leaves a report, from which it goes on.
TEST_F(RefineFromLists, GoesOnAfterASignal) {
  // Fine sampling makes the run last long after its first line.
  simulate({"10", "20", "30"}, {"-o", "fine_1.cbf", "-oversample", "4", "-seed", "5"});
  simulate({"10.4", "19.6", "30.4"}, {"-o", "far_1.cbf", "-expt", "far.expt"});
  std::string words;
  for (const std::string& word : crystal({"-geometry", "far.expt", "-oversample", "4"})) words += " '" + word + "'";
  folder_.write("script",
                "export PATH='" FEMTOBRAGG_BIN
                "':\"$PATH\"\n"
                "femtobragg refine --target fine_1.cbf --refine misset,cell,fluence --levels 6 --report R -- " +
                    words +
                    " > out 2> log &\n"
                    "until grep -q 'iteration 1' log; do sleep 0.01; done\n"
                    "kill -TERM $!\nwait $!\necho $? > status\n");
  ASSERT_EQ(std::system(("cd '" + folder_.path().string() + "' && sh script").c_str()), 0);
  EXPECT_EQ(read_bytes(folder_ / "status"), "143\n") << read_bytes(folder_ / "log");
  EXPECT_TRUE(record()["stopped"]);
  EXPECT_FALSE(record()["converged"]);
  EXPECT_NE(read_bytes(folder_ / "log").find("--restart R/refinement.json"), std::string::npos);
  expect_success(
      run_program("femtobragg", {"refine", "--restart", "R/refinement.json", "--report", "R"}, folder_.path()));
  EXPECT_FALSE(record()["stopped"]);
  EXPECT_NEAR(record()["parameters"][0]["value"], 10, 0.01);
}

}  // namespace
}  // namespace femtobragg::tests
