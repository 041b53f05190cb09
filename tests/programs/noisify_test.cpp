// The drop-ins noisify and float_add: golden files byte for byte, lines, and the quirks that are announced.
#include <fstream>
#include <limits>
#include <sstream>

#include "tests/errors/mistake.h"
#include "tests/programs/golden.h"
#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {
namespace {

namespace fs = std::filesystem;
using Ids = std::set<std::string>;

const fs::path golden_folder = FEMTOBRAGG_GOLDEN;

class Noisify : public testing::Test {
 protected:
  Noisify() { folder_.take(golden_folder / "noisify/inputs"); }

  ProgramResult noisify(const std::string& words) {
    std::istringstream stream(words);
    Words all;
    for (std::string word; stream >> word;) all.push_back(word);
    return expect_success(run_program("noisify", all, folder_.path()));
  }
  /// Of photons.bin in its right shape, with a seed and nothing else.
  Ids announced_by(const std::string& words) {
    return announced(
        noisify("-floatfile photons.bin -detpixels_x 36 -detpixels_y 28 -seed 1 -calibration 0 " + words).err);
  }
  /// Whether a run with more words announces a quirk that the run without them does not.
  void expect_quirk(const std::string& id, const std::string& with, const std::string& without) {
    EXPECT_TRUE(announced_by(with).contains(id)) << id << ": " << with;
    EXPECT_FALSE(announced_by(without).contains(id)) << id << ": " << without;
  }

  TemporaryFolder folder_;
};

class NoisifyGolden : public testing::TestWithParam<GoldenCase> {};

TEST_P(NoisifyGolden, GivesTheSameFilesAndLines) {
  const GoldenCase& golden = GetParam();
  const TemporaryFolder folder;
  folder.take(golden_folder / "noisify/inputs");
  const ProgramResult result = run_program("noisify", golden.json["args"], folder.path());
  EXPECT_EQ(result.status, 0) << result.err;
  for (const std::string file : golden.json["files"])
    EXPECT_EQ(read_bytes(folder / file), read_bytes(golden.expected("." + file))) << file;
  for (const std::string line : golden.json["lines"])
    EXPECT_NE(("\n" + result.out).find(line + "\n"), std::string::npos) << line << "\nin: " << result.out;
}

INSTANTIATE_TEST_SUITE_P(noisify, NoisifyGolden, testing::ValuesIn(cases_of("noisify")), name_of_case);

TEST(NoisifyCases, AreAllHere) { EXPECT_EQ(cases_of("noisify").size(), 32u); }

/// From spots, water and air to numbers of a detector: each program on what those before it left.
TEST(NoisifyChain, GivesTheSameFiles) {
  const TemporaryFolder folder;
  const fs::path expected = golden_folder / "chain/expected";
  for (const char* input : {"liquid.stol", "gas.stol"}) folder.take(golden_folder / "nonbragg/inputs" / input);
  std::ifstream commands(golden_folder / "chain/commands.txt");
  std::size_t steps = 0;
  for (std::string line; std::getline(commands, line);) {
    std::istringstream stream(line);
    std::string program, word;
    stream >> program;
    if (program.empty() || program == "#") continue;
    Words words;
    while (stream >> word) words.push_back(word);
    const ProgramResult result = run_program(program, words, folder.path());
    EXPECT_EQ(result.status, 0) << result.err;
    ++steps;
  }
  EXPECT_EQ(steps, 6u);
  for (const std::string file : {"spots.bin", "nb.img", "water.bin", "air.bin", "sum.bin", "int.img", "final.img"})
    EXPECT_EQ(read_bytes(folder / file), read_bytes(expected / file)) << file;
}

TEST_F(Noisify, FlagsAreFoundInsideWords) {
  const std::string plain = "-floatfile photons.bin -detpixels_x 36 -detpixels_y 28 -calibration 0 ";
  noisify(plain + "-seed 3 -gain 2 -noisefile a.img");
  const ProgramResult odd = noisify(plain + "--seeds 3 -gains 2e0x -noisefile b.img -nonsense word");
  EXPECT_EQ(read_bytes(folder_ / "a.img"), read_bytes(folder_ / "b.img"));
  expect_texts(odd.err, {"warning: '--seeds' is read as -seed", "warning: -gain '2e0x' is read as 2",
                         "warning: unknown flag '-nonsense' ignored", "warning: unexpected word 'word' ignored"});
}

TEST_F(Noisify, ClockSeedIsPrintedAndRepeats) {
  const std::string plain = "-floatfile photons.bin -detpixels_x 36 -detpixels_y 28 -calibration 0 -nopgm ";
  const ProgramResult first = noisify(plain + "-noisefile a.img");
  const std::string key = "seed from the clock: ";
  const std::size_t at = first.out.find(key);
  ASSERT_NE(at, std::string::npos);
  noisify(plain + "-noisefile b.img -seed " +
          first.out.substr(at + key.size(), first.out.find('\n', at) - at - key.size()));
  EXPECT_EQ(read_bytes(folder_ / "a.img"), read_bytes(folder_ / "b.img"));
  EXPECT_TRUE(announced(first.err).contains("QN-seed"));
}

TEST_F(Noisify, SameSeedWithoutEffectIsAnnounced) {
  const std::string bright = "-floatfile bright.bin -detpixels_x 20 -detpixels_y 16 -bits 32 -noisefile ";
  const ProgramResult first = noisify(bright + "a.img -seed 27");
  noisify(bright + "b.img -seed 28");
  EXPECT_EQ(read_bytes(folder_ / "a.img"), read_bytes(folder_ / "b.img"));
  EXPECT_TRUE(announced(first.err).contains("QN-seed-idle"));
}

TEST_F(Noisify, AnnouncesQuirksThatChangeTheRun) {
  EXPECT_EQ(announced_by("-gain 1 -adc 40"), Ids{"QN-truncate"});
  expect_quirk("QN-calibration-stream", "-calibration 0.02", "-flicker 0.1");
  expect_quirk("QN-calib-seed-default", "-calibration 0.02", "-calibration 0.02 -calib_seed 4");
  expect_quirk("QN-flicker-pixel", "-flicker 0.1", "-flicker 0.1 -nonoise");
  expect_quirk("QN-psf-wrap", "-psf gauss", "-psf round");
  expect_quirk("QN-psf-remainder", "-psf fiber", "");
  expect_quirk("QN-psf-int", "-psf gauss", "-psf gauss -nonoise");
  expect_quirk("QN-int32-clip", "-bits 32", "-bits 16");
  expect_quirk("QN-negative-wrap", "-adc -100", "-adc 0");
  expect_quirk("QN-detsize", "-detsize 9", "");
  expect_quirk("QN-file-size", "-detpixels_y 27", "");
  expect_quirk("QN-name", "floatimage.bin", "-floatfile floatimage.bin");
  expect_quirk("QN-phi-prefix", "-phisteps 7", "-phisteps 7 -phi 0");
  expect_quirk("QN-fluence", "-fluence 1e28", "");
  expect_quirk("QN-header-copy", "-header h1024.img", "-header h512.img");
  expect_quirk("QN-header-copy", "-header h512.img -bits 32", "-bits 32");
  EXPECT_TRUE(announced(noisify("-bin ramp.bin -seed 1").err).contains("QN-shape-guess"));
  EXPECT_FALSE(announced(noisify("-bin ramp.bin -seed 1 -detpixels_x 38").err).contains("QN-shape-guess"));
  EXPECT_TRUE(announced(noisify("-bin ramp.bin -seed 1").err).contains("QN-calibration-default"));
  const std::string negative = noisify("-bin signed.bin -detpixels_x 20 -detpixels_y 12 -seed 1").err;
  EXPECT_TRUE(announced(negative).contains("QN-warnings"));
  expect_texts(negative, {"warning: pixel ", " is negative: "});
}

TEST_F(Noisify, WarnsOfInfinitePhotons) {
  const std::vector<float> photons = {1, std::numeric_limits<float>::infinity(), 2, 3};
  folder_.write("inf.bin", {reinterpret_cast<const char*>(photons.data()), photons.size() * sizeof(float)});
  const ProgramResult run = noisify("-floatfile inf.bin -detpixels 2 -seed 1 -calibration 0");
  expect_texts(run.err, {"warning: 1 pixel has infinite photons"});
}

TEST_F(Noisify, QuirksAreListed) {
  const std::string list = run_program("femtobragg", {"quirks"}, folder_.path()).out;
  expect_texts(list, {"\nQuirks of noisify.", "\nQN-calibration-stream\n", "\nQN-warnings\n", "; ours refuses it\n"});
}

TEST_F(Noisify, HelpNamesTheFlags) {
  const std::string help = noisify("--help").out;
  expect_texts(help, {"usage: noisify", "-floatfile", "-calib_seed", "-psf_fwhm", "-noisefile"});
  for (const std::string& line : lines_of(help)) EXPECT_LE(line.size(), 80u) << line;
}

class FloatAdd : public testing::Test {
 protected:
  void write(const std::string& name, const std::vector<float>& values) {
    folder_.write(name, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
  }
  std::vector<float> add(const Words& words, const std::string& output = "output.bin") {
    result_ = expect_success(run_program("float_add", words, folder_.path()));
    return read_floats(folder_ / output);
  }
  void SetUp() override {
    write("a.bin", {1, 2, 3, 4});
    write("b.bin", {10, 30, 20, 40});
  }

  TemporaryFolder folder_;
  ProgramResult result_;
};

TEST_F(FloatAdd, AddsWithScalesAndOffsets) {
  using Floats = std::vector<float>;
  EXPECT_EQ(add({"a.bin", "b.bin"}), (Floats{11, 32, 23, 44}));
  EXPECT_EQ(add({"a.bin", "b.bin", "c.bin", "-scale1", "2", "-scale2", "0.5"}, "c.bin"), (Floats{7, 19, 16, 28}));
  EXPECT_EQ(add({"a.bin", "b.bin", "-outscale", "3", "-outoffset", "1"}), (Floats{34, 97, 70, 133}));
  EXPECT_EQ(add({"a.bin", "b.bin", "-offset", "1", "-outfile", "d.map"}, "d.map"), (Floats{10, 31, 22, 43}));
  EXPECT_EQ(add({"a.bin", "-scale1", "2"}), (Floats{2, 4, 6, 8}));
  EXPECT_EQ(add({"a.bin", "b.bin", "-ignore", "3", "-ignore", "40"}), (Floats{11, 32, 3, 40}));
  EXPECT_EQ(add({"a.bin", "a.bin", "-normalize", "-scale2", "3"}), (Floats{-1, -1, -1, -1}));
}

TEST_F(FloatAdd, CopiesTheHeaderOfTheFirst) {
  folder_.write("h1.bin", "head" + read_bytes(folder_ / "a.bin"));
  folder_.write("h2.bin", "HEAD" + read_bytes(folder_ / "b.bin"));
  add({"h1.bin", "h2.bin", "h3.bin", "-header", "4"}, "h3.bin");
  add({"a.bin", "b.bin"});
  EXPECT_EQ(read_bytes(folder_ / "h3.bin"), "head" + read_bytes(folder_ / "output.bin"));
}

TEST_F(FloatAdd, PrintsStatistics) {
  add({"a.bin", "b.bin", "-scale2", "0", "-histogram", "-bin", "2"});
  // Of 1 2 3 4; and sums 300 of a b, 30 of a a, 3000 of b b.
  expect_texts(result_.out,
               {"max = 4  min = 1\n", "mean = 2.5  rms = 2.73861  rmsd = 1.11803\n", "skewness = 0  kurtosis = 1.64\n",
                "CC = 0.8\n", "scale of 1 to 2 = 9.66667  scale of 2 to 1 = 0.0966667\n", "\n0 1\n2 2\n4 1\n"});
}

TEST_F(FloatAdd, RefusesNumbersThatAreNotFinite) {
  for (const char* flag : {"-scale1", "-scale2", "-outscale", "-offset", "-outoffset", "-ignore", "-bin"})
    for (const char* number : {"nan", "1e300"})
      expect_one_error(run_program("float_add", {"a.bin", "b.bin", "c.bin", flag, number}, folder_.path()), 9,
                       {flag, number, "finite"});
  EXPECT_FALSE(fs::exists(folder_ / "c.bin"));
}

TEST_F(FloatAdd, WarnsOfSumsThatAreNotFinite) {
  const ProgramResult sum = run_program("float_add", {"a.bin", "b.bin", "c.bin", "-scale1", "3e38"}, folder_.path());
  EXPECT_EQ(sum.status, 0);
  expect_texts(sum.err, {"warning: ", "not finite numbers"});
}

TEST_F(FloatAdd, RefusesWhatItDoesNotUnderstand) {
  write("short.bin", {1, 2});
  folder_.write("odd.bin", "12345");
  folder_.write("none.bin", "");
  const auto refuse = [&](const Words& words, const Words& texts) {
    expect_one_error(run_program("float_add", words, folder_.path()), 9, texts);
  };
  refuse({"a.bin", "short.bin"}, {"'short.bin'", "2 pixels", "4"});
  refuse({"a.bin", "odd.bin"}, {"'odd.bin'", "4 bytes"});
  refuse({"none.bin"}, {"'none.bin'"});
  refuse({"missing.bin"}, {"'missing.bin'"});
  refuse({"a.bin", "b.bin", "c.bin", "d.bin"}, {"'d.bin'", "two inputs and one output"});
  refuse({"a.bin", "b.bin", "-scale1", "x"}, {"-scale1", "'x'"});
  refuse({"a.bin", "b.bin", "-scale1"}, {"-scale1", "nothing after it"});
  refuse({"a.bin", "b.bin", "-reject", "3"}, {"-reject"});
  refuse({"a.bin", "b.bin", "-epsilon", "3"}, {"-epsilon"});
  refuse({"a.bin", "b.bin", "-bin", "0"}, {"-bin", "above 0"});
  refuse({"a.bin", "b.bin", "/nowhere/c.bin"}, {"/nowhere/c.bin"});
  const ProgramResult none = run_program("float_add", {}, folder_.path());
  EXPECT_EQ(none.status, 9);
  expect_texts(none.out, {"usage: float_add"});
}

}  // namespace
}  // namespace femtobragg::tests
