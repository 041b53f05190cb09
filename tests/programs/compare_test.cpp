// `nb-compare`: every option, every exit status, and nothing stale that could be read.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "test_paths.h"
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const Words small = {"-default_F", "100",     "-cell", "70",        "80", "90",         "75", "85",    "95", "-N",
                     "5",          "-lambda", "1.2",   "-distance", "50", "-detpixels", "60", "-seed", "1"};

class Compare : public testing::Test {
 protected:
  void SetUp() override {
    unsetenv("NB_C_BIN");
    unsetenv("NB_PY_BIN");
  }
  void TearDown() override { SetUp(); }

  ProgramResult compare(const Words& options, const Words& arguments = small) const {
    Words words = after("--outdir", after("D", options));
    words.push_back("--");
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run_program("nb-compare", words, folder_.path());
  }
  ProgramResult compare_images(const std::string& a, const std::string& b, const Words& more = {}) const {
    Words words = {"--outdir", "D", "--images", a, b};
    words.insert(words.end(), more.begin(), more.end());
    return run_program("nb-compare", words, folder_.path());
  }
  json summary() const { return json::parse(read_bytes(folder_ / "D/summary.json")); }
  bool left(const std::string& name) const { return fs::exists(folder_ / "D" / name); }

  /// A program that is a shell script.
  std::string script(const std::string& name, const std::string& text) const {
    folder_.write(name, "#!/bin/sh\n" + text + "\n");
    fs::permissions(folder_ / name, fs::perms::owner_all);
    return (folder_ / name).string();
  }
  /// One that behaves as ours but for words that it adds.
  std::string ours_with(const std::string& more) const {
    return script("peer.sh", "exec " FEMTOBRAGG_BIN "/nanoBragg \"$@\" " + more);
  }
  void write_floats(const std::string& name, const std::vector<float>& pixels) const {
    folder_.write(name, {reinterpret_cast<const char*>(pixels.data()), pixels.size() * sizeof(float)});
  }

  TemporaryFolder folder_;
};

TEST_F(Compare, WithoutAPeerTheReferenceBackendIsTheFirst) {
  const ProgramResult result = expect_success(compare({"--threshold", "0.999999"}));
  expect_texts(result.out, {"femtoBragg's own reference backend: neither --c-bin nor NB_C_BIN",
                            "femtoBragg as nanoBragg", "first runtime: ", "second runtime: ", " s\n", "AGREED"});
  const json s = summary();
  for (const char* key : {"correlation",
                          "mse",
                          "rmse",
                          "max_abs_diff",
                          "c_sum",
                          "py_sum",
                          "sum_c",
                          "sum_py",
                          "sum_ratio",
                          "mean_peak_distance",
                          "max_peak_distance",
                          "runtime_c_ms",
                          "runtime_py_ms",
                          "speedup",
                          "args",
                          "c_binary",
                          "py_binary",
                          "roi",
                          "resample",
                          "png_scale_method",
                          "png_scale_percentile",
                          "c_binary_sha256",
                          "py_binary_sha256"})
    EXPECT_TRUE(s.contains(key)) << key;
  EXPECT_GE(s["correlation"], 0.999999);
  EXPECT_EQ(s["args"].size(), small.size());
  EXPECT_EQ(s["c_binary_sha256"].get<std::string>().size(), 64u);
  for (const char* name : {"env.json", "commands.txt", "c_stdout.txt", "c_stderr.txt", "py_stdout.txt", "py_stderr.txt",
                           "c_float.bin", "py_float.bin", "c.png", "py.png", "diff.png"})
    EXPECT_TRUE(left(name)) << name;
  EXPECT_FALSE(left("diff.bin"));
  EXPECT_FALSE(left("comparison.html"));
  expect_texts(read_bytes(folder_ / "D/commands.txt"), {"exec -a nanoBragg", "-default_F 100", "-device reference"});
  EXPECT_TRUE(json::parse(read_bytes(folder_ / "D/env.json")).contains("commit"));
}

TEST_F(Compare, TheSubcommandIsTheSame) {
  Words words = {"compare", "--outdir", "D", "--"};
  words.insert(words.end(), small.begin(), small.end());
  expect_texts(expect_success(run_program("femtobragg", words, folder_.path())).out, {"no verdict", "correlation"});
}

TEST_F(Compare, AFolderIsMadeWhereNoneIsNamed) {
  Words words = small;
  words.insert(words.begin(), "--");
  expect_success(run_program("nb-compare", words, folder_.path()));
  std::vector<fs::path> made;
  for (const auto& entry : fs::directory_iterator(folder_ / "comparisons")) made.push_back(entry.path());
  ASSERT_EQ(made.size(), 1u);
  // YYYYMMDD-HHMMSS-xxxxxxxx
  EXPECT_EQ(made[0].filename().string().size(), 24u);
  EXPECT_TRUE(fs::exists(made[0] / "summary.json"));
}

TEST_F(Compare, FindsTheFirstProgram) {
  const std::string peer = ours_with("");
  expect_texts(compare({"--c-bin", peer}).out, {"first:  " + peer});
  setenv("NB_C_BIN", peer.c_str(), 1);
  expect_texts(compare({}).out, {"first:  " + peer});
  unsetenv("NB_C_BIN");
  script("nanoBragg", "exec " FEMTOBRAGG_BIN "/nanoBragg \"$@\"");
  compare({});
  EXPECT_EQ(summary()["c_binary"], (folder_ / "nanoBragg").string());
}

TEST_F(Compare, FindsTheSecondProgram) {
  const std::string peer = ours_with("");
  for (const std::string flag : {"--py-bin", "--bin"}) {
    expect_success(compare({flag, peer}));
    EXPECT_EQ(summary()["py_binary"], peer);
  }
  setenv("NB_PY_BIN", peer.c_str(), 1);
  expect_success(compare({}));
  EXPECT_EQ(summary()["py_binary"], peer);
}

TEST_F(Compare, AMissingProgramIsAnError) {
  expect_one_error(compare({"--c-bin", "/nonexistent/nanoBragg"}), 1, {"--c-bin", "/nonexistent/nanoBragg"});
  expect_one_error(compare({"--bin", "/nonexistent/nanoBragg"}), 1, {"--bin"});
  setenv("NB_C_BIN", "/nonexistent/nanoBragg", 1);
  expect_one_error(compare({}), 1, {"NB_C_BIN", "/nonexistent/nanoBragg"});
  unsetenv("NB_C_BIN");
  setenv("NB_PY_BIN", folder_.path().c_str(), 1);
  expect_one_error(compare({}), 1, {"NB_PY_BIN"});
}

TEST_F(Compare, WrongWordsAreUsageErrors) {
  expect_one_error(compare({"--nonsense"}), 1, {"--nonsense", "--help"});
  expect_one_error(compare({"--threshold", "2"}), 1, {"--threshold"});
  expect_one_error(compare({"--threshold", "nan"}), 1, {"--threshold"});
  expect_one_error(compare({"--sum-tolerance", "-1"}), 1, {"--sum-tolerance"});
  expect_one_error(compare({"--png-percentile", "101"}), 1, {"--png-percentile"});
  expect_one_error(compare({"--png-scale", "nan"}), 1, {"--png-percentile"});
  for (const std::string option : {"--threshold", "--sum-tolerance", "--py-bin", "--c-bin", "--outdir"})
    expect_one_error(compare({option, ""}), 1, {option, "empty"});
  expect_one_error(compare({"--roi", "-1", "2", "0", "3"}), 1, {"--roi"});
  expect_one_error(compare({"--roi", "1", "2", "3"}), 1, {"--roi"});
  expect_one_error(compare({"--roi", "100", "200", "0", "5"}), 1, {"--roi", "60 x 60"});
  expect_one_error(run_program("nb-compare", {}, folder_.path()), 1, {"--images"});
  expect_one_error(compare_images("a", "b", {"--bin", "/bin/true"}), 1, {"--images"});
  expect_texts(expect_success(run_program("nb-compare", {"--help"}, folder_.path())).out, {"--c-bin", "Exit status"});
}

TEST_F(Compare, AFailingProgramIsReported) {
  const std::string failing = script("bad.sh", "echo cannot do that >&2; exit 3");
  expect_one_error(compare({"--c-bin", failing}), 2, {"first program", "status 3", "cannot do that"});
  expect_texts(read_bytes(folder_ / "D/c_stderr.txt"), {"cannot do that"});
  expect_one_error(compare({"--bin", failing}), 2, {"second program", "status 3"});
  expect_one_error(compare({"--bin", script("dead.sh", "kill -9 $$")}), 2, {"status 137"});
  expect_one_error(compare({"--bin", script("idle.sh", "exit 0")}), 2, {"no float image"});
  EXPECT_FALSE(left("summary.json"));
}

TEST_F(Compare, BelowTheThreshold) {
  const std::string other = ours_with("-misset 10 20 30");
  const ProgramResult result = compare({"--bin", other, "--threshold", "0.99"});
  EXPECT_EQ(result.status, 3) << result.err;
  expect_texts(result.out, {"DISAGREED"});
  EXPECT_EQ(summary()["verdict"], "disagreed");
  EXPECT_EQ(compare({"--bin", other}).status, 0) << "no threshold was given";
  EXPECT_EQ(compare({"--bin", other, "--threshold", "-1"}).status, 0);
}

TEST_F(Compare, BeyondTheSumTolerance) {
  const std::string brighter = ours_with("-default_F 101");
  EXPECT_EQ(compare({"--bin", brighter, "--threshold", "0.999"}).status, 0);
  EXPECT_NEAR(summary()["sum_ratio"].get<double>(), 1.01 * 1.01, 1e-6);
  EXPECT_EQ(compare({"--bin", brighter, "--sum-tolerance", "0.02"}).status, 3);
  EXPECT_EQ(compare({"--bin", brighter, "--sum-tolerance", "0.021"}).status, 0);
}

TEST_F(Compare, NotANumberIsNoAgreement) {
  // No phi steps: nanoBragg's image is not a number.
  const ProgramResult result = compare({}, after("-osc", after("0", after("-phistep", after("1", small)))));
  EXPECT_EQ(result.status, 3) << result.out << result.err;
  expect_texts(result.out, {"NOT COMPARABLE", "finite"});
  EXPECT_TRUE(summary()["correlation"].is_null());
}

TEST_F(Compare, ShapesDiffer) {
  const std::string larger = ours_with("-detpixels 120 -pixel 0.05 -Xbeam 3.05 -Ybeam 3.05");
  expect_one_error(compare({"--bin", larger}), 4, {"60 x 60", "120 x 120", "--resample"});
  expect_success(compare({"--bin", larger, "--resample"}));
  EXPECT_EQ(summary()["resample"], true);
  EXPECT_EQ(summary()["resampled_from"], "120 x 120");
  EXPECT_EQ(summary()["shape"], json({60, 60}));
}

TEST_F(Compare, FileErrors) {
  write_floats("five.bin", {1, 2, 3, 4, 5});
  folder_.write("odd.bin", "12345");
  expect_one_error(compare_images("five.bin", "five.bin"), 5, {"five.bin", "not a square", "-detpixels_f"});
  expect_one_error(compare_images("missing.bin", "five.bin"), 5, {"missing.bin"});
  expect_one_error(compare_images("odd.bin", "five.bin"), 5, {"odd.bin"});
  expect_one_error(compare({"--bin", script("odd.sh", "printf 12345 > floatimage.bin")}), 5, {"multiple of 4"});
  folder_.write("file", "");
  Words words = after("--outdir", after("file/D", after("--", small)));
  expect_one_error(run_program("nb-compare", words, folder_.path()), 5, {"file/D"});
}

TEST_F(Compare, ImagesOfAnyFormat) {
  Words words = small;
  words.insert(words.end(), {"-detpixels_f", "40", "-o", "a.npy", "-o", "a.bin", "-o", "b.img"});
  expect_success(simulate(words, folder_));
  expect_success(compare_images("a.npy", "a.npy", {"--threshold", "1"}));
  EXPECT_EQ(summary()["shape"], json({60, 40}));
  EXPECT_TRUE(summary()["runtime_c_ms"].is_null());
  expect_success(compare_images("a.bin", "a.npy", {"--threshold", "1"}));
  EXPECT_EQ(compare_images("a.npy", "b.img", {"--threshold", "0.9"}).status, 0) << "counts are scaled photons";
  expect_success(compare_images("a.bin", "a.bin", {"--", "-detpixels_f", "40", "-detpixels_s", "60"}));
  EXPECT_EQ(summary()["shape"], json({60, 40}));
}

TEST_F(Compare, RegionPictureAndPageOptions) {
  expect_success(compare({"--roi", "10", "19", "5", "14", "--png-scale", "90", "--save-diff", "--html"}));
  const json s = summary();
  EXPECT_EQ(s["pixels"], 100);
  EXPECT_EQ(s["roi"], json({10, 19, 5, 14}));
  EXPECT_EQ(s["png_scale_percentile"], 90.0);
  EXPECT_EQ(fs::file_size(folder_ / "D/diff.bin"), 60u * 60u * 4u);
  const std::string page = read_bytes(folder_ / "D/comparison.html");
  expect_texts(page, {"<!DOCTYPE html>", "data:image/png;base64,", "no verdict"});
  expect_texts(page, {"Two programs on the same arguments: ", "standard deviations"});
  EXPECT_EQ(page.find("@DATA@"), std::string::npos);
  EXPECT_EQ(page.find("http://"), std::string::npos) << "nothing is loaded from elsewhere";
}

/// A page of a run with such a name must stay one.
TEST_F(Compare, NamesCannotLeaveThePage) {
  fs::create_directory(folder_ / "<");
  const std::string name = "</script>.npy";
  Words words = small;
  words.insert(words.end(), {"-o", "a.npy"});
  expect_success(simulate(words, folder_));
  fs::rename(folder_ / "a.npy", folder_.path() / "<" / "script>.npy");
  expect_success(
      compare_images("<"
                     "/script>.npy",
                     "<"
                     "/script>.npy",
                     {"--html"}));
  const std::string page = read_bytes(folder_ / "D/comparison.html");
  const std::size_t data = page.find("id=\"data\"");
  EXPECT_NE(page.find("\\u003c/script>.npy", data), std::string::npos);
}

/// A failed comparison does not leave an earlier verdict.
TEST_F(Compare, NoVerdictOfAnEarlierComparisonStays) {
  write_floats("a.bin", {1, 2, 3, 4});
  expect_success(compare_images("a.bin", "a.bin", {"--threshold", "0.9"}));
  EXPECT_EQ(compare_images("a.bin", "missing.bin").status, 5);
  EXPECT_FALSE(left("summary.json"));
}

/// What is no number differs most.
TEST_F(Compare, ThePixelThatIsNoNumberIsNamed) {
  write_floats("a.bin", {1, 2, 3, 4});
  write_floats("b.bin", {1, 2, std::nanf(""), 9});
  const ProgramResult result = compare_images("a.bin", "b.bin");
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(summary()["max_abs_diff_at"], json({0, 1}));
}

TEST_F(Compare, APeerMayLeaveLinksPipesAndNoFolder) {
  EXPECT_EQ(compare({"--bin", script("gone.sh", "rm -rf \"$PWD\"")}).status, 2);
  const std::string odd = script(
      "odd.sh", "mkfifo intimage.img; ln -s /dev/zero x.img; exec " FEMTOBRAGG_BIN "/nanoBragg \"$@\" -intfile i.img");
  expect_texts(expect_success(compare({"--bin", odd})).out, {"'x.img'"});
}

/// Neither writes over the user's files, nor needs their folders.
TEST_F(Compare, OutputsLoseTheirFolders) {
  folder_.write("mine.img", "mine");
  Words words = small;
  words.insert(words.end(), {"-intfile", (folder_ / "mine.img").string(), "-noisefile", "no/such/folder/n.img",
                             "-pgmfile", "/dev/null"});
  expect_success(compare({}, words));
  EXPECT_EQ(read_bytes(folder_ / "mine.img"), "mine");
  EXPECT_EQ(summary()["c_unexpected_files"], json::array());
}

TEST_F(Compare, WorksWithoutAStandardInput) {
  const std::string command = "cd '" + folder_.path().string() +
                              "' && " FEMTOBRAGG_BIN
                              "/nb-compare --outdir D -- -default_F 1 -cell 9 9 9 -detpixels 9 <&- "
                              "> out.txt 2> err.txt";
  EXPECT_EQ(std::system(command.c_str()), 0) << read_bytes(folder_ / "err.txt");
  EXPECT_FALSE(read_bytes(folder_ / "D/c_stdout.txt").empty());
}

TEST_F(Compare, ADarkFirstImageIsDrawnWithTheLevelsOfTheSecond) {
  write_floats("dark.bin", std::vector<float>(16, 0));
  std::vector<float> lit(16);
  for (std::size_t i = 0; i < lit.size(); ++i) lit[i] = static_cast<float>(i);
  write_floats("lit.bin", lit);
  compare_images("lit.bin", "dark.bin");
  const std::string right = read_bytes(folder_ / "D/first.png");
  EXPECT_EQ(compare_images("dark.bin", "lit.bin").status, 3) << "no correlation with a flat image";
  EXPECT_EQ(read_bytes(folder_ / "D/second.png"), right);
}

TEST_F(Compare, DifferencesAreInStandardDeviations) {
  write_floats("a.bin", {0, 100, 10000, 400, 1, 1, 1, 1, 1});
  write_floats("b.bin", {0, 100, 10000, 442, 1, 1, 1, 1, 1});
  expect_success(compare_images("a.bin", "b.bin", {"--html"}));
  // 42 photons are 2.05 times the root of 421.
  EXPECT_EQ(summary()["diff_png_full_colour_sigma"], 5.0);
  expect_texts(read_bytes(folder_ / "D/comparison.html"), {"Two images: a.bin (first) and b.bin (second)"});
  EXPECT_TRUE(left("first.png") && left("second.png") && left("diff.png"));
  EXPECT_FALSE(left("c.png"));
  expect_success(compare_images("a.bin", "a.bin"));
  EXPECT_EQ(summary()["diff_png_full_colour_sigma"], 0.0);
}

TEST_F(Compare, AMissingTemporaryFolderIsAFileError) {
  const std::string command = "cd '" + folder_.path().string() +
                              "' && TMPDIR=/nonexistent " FEMTOBRAGG_BIN
                              "/nb-compare --outdir D -- -default_F 1 -cell 9 9 9 -detpixels 9 > out.txt 2> err.txt";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 5);
  expect_texts(read_bytes(folder_ / "err.txt"), {"error: there is no temporary folder", "TMPDIR"});
}

/// What once cost weeks: a dump file in the folder, read by one of two programs.
TEST_F(Compare, AStaleDumpIsNotRead) {
  expect_success(compare({}));
  const double sum = summary()["c_sum"];
  folder_.write("p.hkl", "1 0 0 500\n-40 -40 -40 1\n40 40 40 1\n");
  expect_success(drop_in({"-hkl", "p.hkl", "-cell", "70", "80", "90", "-lambda", "1", "-detpixels", "4"}, folder_));
  ASSERT_TRUE(fs::exists(folder_ / "Fdump.bin"));
  const ProgramResult result = expect_success(compare({}));
  expect_texts(result.out, {"Fdump.bin in this folder is not read"});
  EXPECT_EQ(summary()["c_sum"].get<double>(), sum);
  EXPECT_EQ(summary()["py_sum"].get<double>(), sum);
  EXPECT_EQ(json::parse(read_bytes(folder_ / "D/env.json"))["dump_file_in_folder"], true);

  expect_success(compare({"--threshold", "0.999999"}, after("-dump", after("Fdump.bin", small))));
  EXPECT_NE(summary()["c_sum"].get<double>(), sum) << "a named dump is read by both";
}

TEST_F(Compare, RelativeInputFilesAreFound) {
  folder_.take(fs::path(FEMTOBRAGG_GOLDEN) / "exact/inputs");
  expect_success(compare({"--threshold", "0.999999"},
                         {"-hkl", "small.hkl", "-mat", "A.mat", "-N", "5", "-lambda", "1.2", "-detpixels", "40",
                          "-pixel", "0.5", "-sourcefile", "src.txt", "-floatfile", "x.bin", "-intfile", "y.img"}));
  EXPECT_FALSE(fs::exists(folder_ / "x.bin"));
  EXPECT_EQ(summary()["c_unexpected_files"], json::array());
  EXPECT_FALSE(fs::exists(folder_ / "Fdump.bin"));
}

TEST_F(Compare, ReportsUnexpectedFiles) {
  const std::string untidy = script("untidy.sh", "touch core.1234\nexec " FEMTOBRAGG_BIN "/nanoBragg \"$@\"");
  expect_texts(expect_success(compare({"--c-bin", untidy})).out, {"unexpected files written by ", "'core.1234'"});
  EXPECT_EQ(summary()["c_unexpected_files"], json({"core.1234"}));
  EXPECT_EQ(summary()["py_unexpected_files"], json::array());
}

TEST_F(Compare, NothingOfAnEarlierComparisonStays) {
  expect_success(compare({"--save-diff", "--html"}));
  EXPECT_TRUE(left("diff.bin"));
  compare({"--c-bin", "/bin/false"});
  for (const char* name : {"diff.bin", "comparison.html", "summary.json", "c.png"}) EXPECT_FALSE(left(name)) << name;
}

}  // namespace
}  // namespace femtobragg::tests
