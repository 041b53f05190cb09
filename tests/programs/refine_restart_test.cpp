// `femtobragg refine`: what a restart takes from a record, which spots of a table are the image's, and what is refused
// before anything is read.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "test_paths.h"
#include "tests/errors/mistake.h"
#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class RefineRestart : public testing::Test {
 protected:
  static std::string crystal() {
    return "-N 20 -mosaic 0.2 -mosaic_domains 5 -oversample 1 -fluence 1e26 -hkl " + std::string(FEMTOBRAGG_SOURCE) +
           "/examples/cro/cro_2.5A_P1.hkl";
  }
  static std::string instrument() {
    return " -cell 34.77 39.17 48.31 90 90 90 -lambda 0.98 -distance 100 -detpixels 128 -pixel 0.4 -quiet ";
  }
  ProgramResult run(const std::string& words, const std::string& folder = ".") const {
    return run_program("femtobragg", words_of(words), folder_ / folder);
  }
  void SetUp() override {
    expect_success(run("simulate " + crystal() + instrument() +
                       "-misset 10 20 30 -phi 0 -osc 0.01 -o t_1.cbf -seed 5 -expt true.expt -truth true.refl"));
    expect_success(run("simulate " + crystal() + instrument() +
                       "-misset 10.02 19.98 30.02 -phi 0 -osc 0.01 -o s_1.cbf -expt start.expt"));
  }
  json record(const std::string& folder) const {
    return json::parse(read_bytes(folder_ / (folder + "/refinement.json")));
  }
  json list(const std::string& name) const { return json::parse(read_bytes(folder_ / name)); }
  void expect_refused(const std::string& words, const std::string& text, int status = 2) const {
    const ProgramResult result = run(words);
    EXPECT_EQ(result.status, status) << words << result.err;
    EXPECT_NE(result.err.find(text), std::string::npos) << result.err;
  }

  TemporaryFolder folder_;
};

TEST_F(RefineRestart, KeepsPixelsAndTheListAndFindsFilesFromAnywhere) {
  EXPECT_EQ(run("refine --target t_1.cbf --refine misset,fluence --iterations 1 --expt out.expt --report R -- " +
                crystal() + " -geometry start.expt")
                .status,
            3);
  ASSERT_EQ(record("R")["pixels"], "peaks");
  fs::create_directory(folder_ / "elsewhere");
  fs::remove(folder_ / "out.expt");
  const ProgramResult again =
      expect_success(run("refine --restart ../R/refinement.json --iterations 50 --report S", "elsewhere"));
  EXPECT_EQ(again.err.find("because"), std::string::npos) << "nothing is chosen anew: " << again.err;
  EXPECT_EQ(record("elsewhere/S")["pixels"], "peaks");
  EXPECT_EQ(record("elsewhere/S")["standard_errors"]["pixels"], record("R")["standard_errors"]["pixels"]);
  EXPECT_EQ(record("elsewhere/S")["levels"].size(), 1u);
  EXPECT_TRUE(fs::exists(folder_ / "out.expt")) << "the list that was asked for";
  // Where the folder has moved, names are those seen from here.
  json moved = record("R");
  moved["settings"]["folder"] = "/nonexistent/folder";
  folder_.write("moved.json", moved.dump());
  expect_success(run("refine --restart moved.json --iterations 50"));
  // A record of a run without own folder, as earlier versions wrote it.
  json old = record("R");
  old["settings"].erase("folder"), old["settings"].erase("expt");
  folder_.write("old.json", old.dump());
  expect_success(run("refine --restart old.json --iterations 50"));
}

TEST_F(RefineRestart, GoesOnInTheLevelWhereItWasStopped) {
  run("refine --target t_1.cbf --refine misset --iterations 1 --levels 3 --report R -- " + crystal() +
      " -geometry start.expt");
  json stopped = record("R");
  ASSERT_EQ(stopped["levels"].size(), 5u);
  stopped["stopped"] = true;
  for (const auto& [at, left] : {std::pair{0, 5u}, {2, 3u}, {3, 3u}, {4, 1u}}) {
    json& iterations = stopped["iterations"];
    while (!iterations.empty() && iterations.back()["level"] > at) iterations.erase(iterations.size() - 1);
    if (at == 4) iterations = record("R")["iterations"];
    folder_.write("stopped.json", stopped.dump());
    expect_success(run("refine --restart stopped.json --iterations 50 --report S"));
    EXPECT_EQ(record("S")["levels"].size(), left) << at;
    iterations = record("R")["iterations"];
  }
}

TEST_F(RefineRestart, RefusesBrokenRecordsInWords) {
  folder_.write("broken.json", "{\"settings\": {");
  expect_refused("refine --restart broken.json", "broken.json", 1);
  folder_.write("empty.json", "{}");
  folder_.write("other.json", R"({"settings": {"arguments": 5}, "parameters": []})");
  for (const char* name : {"broken.json", "empty.json", "other.json"}) {
    const ProgramResult result = run(std::string("refine --restart ") + name);
    EXPECT_EQ(result.status, 1) << name;
    EXPECT_EQ(result.err.find("json.exception"), std::string::npos) << result.err;
  }
}

/// What DIALS writes for image n of a series: frames count from the first image of the whole scan.
TEST_F(RefineRestart, TakesTheSpotsOfTheImageOfTheScan) {
  const auto fit = [&](const std::string& list) {
    return run("refine --target t_1.cbf --refine misset,fluence --pixels later.refl -- " + crystal() + " -geometry " +
               list);
  };
  std::string table = read_bytes(folder_ / "true.refl");
  const std::string middle_of_first("\0\0\0\0\0\0\xe0\x3f", 8), middle_of_seventh("\0\0\0\0\0\0\x1a\x40", 8);
  std::size_t spots = 0;
  for (std::size_t at = 0; (at = table.find(middle_of_first, at)) != table.npos; at += 8, ++spots)
    table.replace(at, 8, middle_of_seventh);
  ASSERT_GT(spots, 20u);
  folder_.write("later.refl", table);
  json start = list("start.expt");
  ASSERT_EQ(start["scan"].size(), 1u);
  start["scan"][0]["image_range"] = {7, 7};
  folder_.write("seventh.expt", start.dump());
  const ProgramResult seventh = expect_success(fit("seventh.expt"));
  EXPECT_NE(seventh.err.find(" spots of later.refl on image 7"), std::string::npos) << seventh.err;
  const ProgramResult first = fit("start.expt");
  EXPECT_EQ(first.status, 2);
  EXPECT_NE(first.err.find("no spot of t_1.cbf on image 1"), std::string::npos) << first.err;
  start.erase("scan"), start["experiment"][0].erase("scan");
  folder_.write("still.expt", start.dump());
  const ProgramResult still = expect_success(fit("still.expt"));
  EXPECT_NE(still.err.find(" on image 7"), std::string::npos) << still.err;
}

/// Neither the target nor the model is there: the command line comes first.
TEST_F(RefineRestart, RefusesTheCommandLineBeforeItReads) {
  const auto refuse = [&](const std::string& option, const std::string& text) {
    expect_refused("refine --target absent.cbf --refine misset " + option + " -- -hkl absent.hkl", text);
  };
  refuse("--tie cell_a", "not a tie");
  refuse("--bounds cell_a=41:39", "LOWEST below HIGHEST");
  refuse("--bounds cell_a=nan:nan", "LOWEST below HIGHEST");
  refuse("--loss cubic", "cubic");
  refuse("--pixels truth.csv", "FILE.refl");
  refuse("--restraint cell_a=1", "not a restraint");
  refuse("--offset nan", "finite");
  refuse("--offset inf", "finite");
  expect_refused("orient --target absent.cbf --offset nan -- -hkl absent.hkl", "finite");
}

TEST_F(RefineRestart, HelpTakesNoValue) {
  expect_refused("refine --help=xx", "--help");
  expect_refused("geometry --help=xx", "--help");
  const ProgramResult help = expect_success(run("refine --help"));
  EXPECT_EQ(help.out.find("... ..."), std::string::npos) << help.out;
}

TEST_F(RefineRestart, TellsTheTableBeforeTheReport) {
  const ProgramResult both = expect_success(
      run("refine --target t_1.cbf --refine misset --report R -- " + crystal() + " -geometry start.expt"));
  EXPECT_NE(both.err.find("writing the report R/report.html"), std::string::npos) << both.err;
  // A report that cannot be written costs no result.
  folder_.write("file", "");
  const ProgramResult lost =
      run("refine --target t_1.cbf --refine misset --report file/R -- " + crystal() + " -geometry start.expt");
  EXPECT_EQ(lost.status, 1);
  EXPECT_NE(lost.out.find("misset_x "), std::string::npos) << lost.out;
}

/// Where a signal ends the program while it looks for structure factors, the refinement is there already.
TEST_F(RefineRestart, KeepsTheRefinementThroughStructureFactors) {
  // They cannot be interpolated, which is noticed when the refinement is done.
  const ProgramResult result = run("refine --target t_1.cbf --refine misset --amplitudes out.hkl --report R -- " +
                                   crystal() + " -geometry start.expt -interpolate");
  EXPECT_NE(result.status, 0);
  const json kept = record("R");
  EXPECT_EQ(kept["parameters"].size(), 3u);
  EXPECT_FALSE(kept.contains("amplitudes"));
}

}  // namespace
}  // namespace femtobragg::tests
