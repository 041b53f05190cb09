// `femtobragg refine`: from images to values, reports, restarts, and what it refuses.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "test_paths.h"
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class RefineCommand : public testing::Test {
 protected:
  static Words with_misset(const Words& misset, const Words& more = {}) {
    Words words = {"-hkl",  std::string(FEMTOBRAGG_SOURCE) + "/examples/cro/cro_2.5A_P1.hkl",
                   "-cell", "34.77",
                   "39.17", "48.31",
                   "90",    "90",
                   "90",    "-lambda",
                   "0.98",  "-distance",
                   "100",   "-detpixels",
                   "200",   "-pixel",
                   "0.2",   "-N",
                   "20",    "-mosaic",
                   "0.2",   "-mosaic_domains",
                   "5",     "-oversample",
                   "1",     "-fluence",
                   "1e26",  "-misset"};
    words.insert(words.end(), misset.begin(), misset.end());
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  void SetUp() override { make("t.img", {"10", "20", "30"}); }
  void make(const std::string& name, const Words& misset) const {
    expect_success(run_program(
        "femtobragg",
        after("simulate", with_misset(misset, {"-noisefile", name, "-floatfile", name + ".bin", "-seed", "5"})),
        folder_.path()));
  }
  ProgramResult refine(Words options, const Words& arguments = with_misset({"10.1", "19.9", "30.1"})) const {
    Words words = after("refine", options);
    if (!arguments.empty()) words.push_back("--");
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run_program("femtobragg", words, folder_.path());
  }
  json record(const std::string& folder) const {
    return json::parse(read_bytes(folder_ / (folder + "/refinement.json")));
  }
  void expect_refused(const ProgramResult& result, int status, const std::string& text) const {
    EXPECT_EQ(result.status, status) << result.err;
    EXPECT_NE(result.err.find(text), std::string::npos) << result.err;
    EXPECT_FALSE(fs::exists(folder_ / "R")) << "no refined result";
  }

  TemporaryFolder folder_;
};

const Words usual = {"--target", "t.img", "--offset", "40", "--refine", "misset,fluence", "--report", "R"};

Words usual_with(const Words& more) {
  Words words = usual;
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST_F(RefineCommand, FindsTheOrientationAndReports) {
  const ProgramResult result = expect_success(refine(usual));
  EXPECT_NE(result.out.find("misset_x"), std::string::npos) << result.out;
  EXPECT_NE(result.err.find("level 0 iteration 0: cost "), std::string::npos) << result.err;
  const json r = record("R");
  const double truth[] = {10, 20, 30};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(r["parameters"][i]["value"], truth[i], 0.01);
    EXPECT_GT(r["parameters"][i]["standard_error"], 0);
  }
  ASSERT_EQ(r["correlation"].size(), 4u);
  EXPECT_EQ(r["correlation"][1].size(), 4u) << "row by row";
  EXPECT_NEAR(r["correlation"][1][1], 1, 1e-9);
  EXPECT_TRUE(r["converged"]);
  EXPECT_GT(r["iterations"][1]["seconds"], 0);
  const std::string page = read_bytes(folder_ / "R/report.html");
  EXPECT_NE(page.find("data:image/png;base64,"), std::string::npos);
  EXPECT_EQ(page.find("src=\"http"), std::string::npos) << "the page needs nothing else";
  EXPECT_NE(page.find("data minus model"), std::string::npos);
  EXPECT_NE(page.find("\"gallery\":[{\"fast\":"), std::string::npos) << "the worst squares of pixels";
  EXPECT_TRUE(fs::exists(folder_ / "R/after_0.png"));
}

TEST_F(RefineCommand, GoesOnWhereItEnded) {
  ProgramResult result = refine(usual_with({"--iterations", "1", "--levels", "0"}));
  EXPECT_EQ(result.status, 3) << result.err;
  EXPECT_FALSE(record("R")["converged"]);
  result = expect_success(refine({"--restart", "R/refinement.json", "--iterations", "50", "--report", "S"}, {}));
  EXPECT_TRUE(record("S")["converged"]);
  EXPECT_EQ(record("S")["parameters"][0]["start"], record("R")["parameters"][0]["value"]);
  EXPECT_NEAR(record("S")["parameters"][0]["value"], 10, 0.01);
}

/// A damaged record is refused: from such values a fit would never come back.
TEST_F(RefineCommand, RefusesRestartsFromValuesFarAway) {
  refine({"--target", "t.img", "--offset", "40", "--refine", "misset,fluence,cell", "--report", "R", "--iterations",
          "1", "--levels", "0"});
  const json good = record("R");
  const auto expect_error = [&](const json& damaged) {
    folder_.write("bad.json", damaged.dump());
    const ProgramResult result = refine({"--restart", "bad.json", "--report", "S"}, {});
    EXPECT_TRUE(result.status == 1 || result.status == 2) << result.status << damaged.dump();
    EXPECT_NE(result.err.find("error: "), std::string::npos);
    EXPECT_FALSE(fs::exists(folder_ / "S"));
  };
  for (std::size_t i = 0; i < good["parameters"].size(); ++i)
    for (const double value : {1e308, -1e308, 1e6}) {
      json damaged = good;
      damaged["parameters"][i]["value"] = value;
      expect_error(damaged);
    }
  for (const char* setting : {"iterations", "amplitude-iterations", "seed"}) {
    json damaged = good;
    damaged["settings"][setting] = 1e308;
    expect_error(damaged);
  }
}

TEST_F(RefineCommand, TakesSeveralImages) {
  make("u.img", {"50", "-10", "5"});
  folder_.write("each", "# one line an image\n-misset 10.1 19.9 30.1\n-misset 50.1 -9.9 5.1\n");
  expect_success(refine({"--target", "t.img", "u.img", "--offset", "40", "--refine", "misset,cell_a,fluence",
                         "--levels", "1", "--image-args", "each", "--report", "R"}));
  const json parameters = record("R")["parameters"];
  EXPECT_EQ(parameters.size(), 9u);
  for (const json& p : parameters) {
    if (p["name"] == "cell_a") {
      EXPECT_TRUE(p["image"].is_null());
      EXPECT_NEAR(p["value"], 34.77, 0.02);
    }
    if (p["name"] == "misset_x") {
      EXPECT_NEAR(p["value"], p["image"] == 0 ? 10 : 50, 0.02);
    }
  }
}

TEST_F(RefineCommand, RefusesWhatItCannotFit) {
  expect_refused(refine({"--target", "t.img", "--refine", "cell_q", "--report", "R"}), 2, "cell_q");
  expect_refused(refine({"--refine", "misset", "--report", "R"}), 2, "--target");
  expect_refused(refine({"--target", "t.img", "--report", "R"}), 2, "--refine");
  expect_refused(refine({"--target", "absent.img", "--refine", "misset", "--report", "R"}), 1, "absent.img");
  expect_refused(refine(usual_with({"--loss", "cubic"})), 2, "cubic");
  expect_refused(refine(usual_with({"--pixels", "none"})), 2, "none");
  expect_refused(refine(usual_with({"--restraint", "cell_a=1"})), 2, "cell_a=1");
  expect_refused(refine(usual_with({"--restraint", "cell_a=1+-1"})), 2, "cell_a");
  expect_refused(refine(usual, with_misset({"10", "20", "30"}, {"-detpixels", "100"})), 2,
                 "the image and the detector have different sizes");
  // Neither all its pixels nor any photon.
  folder_.write("mask.bin", std::string(200 * 200 * 4, '\0'));
  expect_refused(refine(usual_with({"--mask", "mask.bin"})), 1, "no pixel of the image is usable");
  expect_refused(refine({"--target", "mask.bin", "--refine", "misset", "--report", "R"}), 1, "no signal");
  folder_.write("nan.bin", std::string(200 * 200 * 4, '\xff'));
  expect_refused(refine({"--target", "nan.bin", "--refine", "misset", "--report", "R"}), 1, "not finite");
  // Another crystal's image.
  expect_refused(refine(usual_with({"--levels", "0"}), with_misset({"-70", "55", "100"})), 1, "does not explain");
}

TEST_F(RefineCommand, RefusesParametersThatUndoEachOther) {
  const ProgramResult result =
      refine({"--target", "t.img", "--offset", "40", "--refine", "fluence,F_scale", "--report", "R"});
  EXPECT_NE(result.status, 0);
  EXPECT_NE(result.err.find("fluence"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("F_scale"), std::string::npos) << result.err;
  EXPECT_FALSE(fs::exists(folder_ / "R"));
}

TEST_F(RefineCommand, OrientFindsWhatNoStartTells) {
  Words words = after("orient", {"--target", "t.img", "--offset", "40", "--"});
  const Words arguments = with_misset({"0", "0", "0"});
  words.insert(words.end(), arguments.begin(), arguments.end());
  const ProgramResult result = expect_success(run_program("femtobragg", words, folder_.path()));
  EXPECT_NE(result.out.find("misset_x "), std::string::npos) << result.out;
  EXPECT_NE(result.err.find("lattice explains"), std::string::npos) << result.err;
  folder_.write("flat.bin", std::string(200 * 200 * 4, '\x3f'));
  words[2] = "flat.bin", words[4] = "0";
  const ProgramResult flat = run_program("femtobragg", words, folder_.path());
  EXPECT_EQ(flat.status, 1);
  EXPECT_NE(flat.err.find("too few peaks"), std::string::npos) << flat.err;
}

TEST_F(RefineCommand, FindsStructureFactors) {
  std::string flat;
  std::istringstream truth(read_bytes(fs::path(FEMTOBRAGG_SOURCE) / "examples/cro/cro_2.5A_P1.hkl"));
  std::map<std::string, double> amplitudes;
  for (std::string h, k, l, f; truth >> h >> k >> l >> f;) {
    flat += h + " " + k + " " + l + " 70\n";
    amplitudes[h + " " + k + " " + l] = std::stod(f);
  }
  folder_.write("flat.hkl", flat);
  const Words known = with_misset({"10", "20", "30"}, {"-hkl", "flat.hkl"});
  const Words options = {"--target", "t.img", "--offset", "40", "--amplitudes", "out.hkl", "--report", "R"};
  Words few = options;
  few.insert(few.end(), {"--amplitude-iterations", "1"});
  EXPECT_EQ(refine(few, known).status, 3) << "not converged";
  EXPECT_EQ(record("R")["amplitudes"]["iterations"].size(), 1u);
  expect_success(refine({"--restart", "R/refinement.json", "--amplitude-iterations", "50", "--report", "S"}, {}));
  const json found = record("S")["amplitudes"];
  EXPECT_TRUE(found["converged"]);
  EXPECT_LT(found["cost_before"], record("R")["amplitudes"]["cost_before"]) << "it goes on where it ended";
  EXPECT_NE(read_bytes(folder_ / "S/report.html").find("data:image/png;base64,"), std::string::npos);
  double difference = 0, sum = 0;
  std::size_t lines = 0, seen = 0;
  std::istringstream written(read_bytes(folder_ / "out.hkl"));
  std::string line;
  std::getline(written, line);
  EXPECT_EQ(line.front(), '#');
  while (std::getline(written, line)) {
    std::istringstream words(line);
    std::string h, k, l;
    double f = 0, sigma = 0, observations = 0;
    ASSERT_TRUE(words >> h >> k >> l >> f >> sigma >> observations) << line;
    ++lines;
    if (observations < 1) continue;
    ++seen;
    difference += std::abs(f - amplitudes.at(h + " " + k + " " + l)), sum += amplitudes.at(h + " " + k + " " + l);
  }
  EXPECT_EQ(found["reflections"], lines);
  EXPECT_GT(seen, 50u);
  EXPECT_LT(difference / sum, 0.06) << "bright enough to be seen over three standard errors";
  // After parameters.
  expect_success(
      refine(usual_with({"--levels", "0", "--amplitudes", "after.hkl"}), with_misset({"10.02", "20", "30"})));
  EXPECT_GT(record("R")["amplitudes"]["reflections"], 100);
  EXPECT_EQ(record("R")["parameters"].size(), 4u);
}

TEST_F(RefineCommand, RefusesStructureFactorsThatItCannotFind) {
  const Words options = {"--target", "t.img", "--offset", "40", "--amplitudes", "out.hkl", "--report", "R"};
  expect_refused(refine(options, with_misset({"10", "20", "30"}, {"-interpolate"})), 2, "interpolat");
  Words no_list = with_misset({"10", "20", "30"}, {"-default_F", "100"});
  no_list.erase(no_list.begin(), no_list.begin() + 2);
  expect_refused(refine(options, no_list), 2, "no initial table of structure factors");
  expect_refused(refine({"--target", "t.img", "--amplitudes", "absent/out.hkl", "--report", "R"}), 1, "absent/out.hkl");
  EXPECT_FALSE(fs::exists(folder_ / "out.hkl"));
}

}  // namespace
}  // namespace femtobragg::tests
