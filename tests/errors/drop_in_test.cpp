// The drop-in's lenient reading of command lines: prefixes of numbers, values passed over, usage when all else fails.
#include <cmath>

#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

class DropIn : public testing::Test {
 protected:
  /// The float image of a run with those words after a small one.
  std::vector<float> image(const Words& more) {
    result_ = expect_success(drop_in(small_run(more), folder_));
    return read_floats(folder_ / "floatimage.bin");
  }
  TemporaryFolder folder_;
  ProgramResult result_;
};

TEST_F(DropIn, NumbersAreTheLongestPrefix) {
  const std::vector<float> plain = image({"-distance", "120", "-N", "5"});
  EXPECT_EQ(image({"-distance", "120mm", "-N", "5.9"}), plain);
  EXPECT_EQ(image({"-distance", "1.2e2,5", "-N", " 5x"}), plain);
  EXPECT_EQ(image({"-distance", "0x78", "-N", "+5"}), plain);
  EXPECT_EQ(image({"-distance", "120", "-N", "5e3"}), plain);
  EXPECT_EQ(image({"--distance", "120", "--N", "5"}), plain);
}

TEST_F(DropIn, RubbishIsZero) {
  const std::vector<float> plain = image({});
  EXPECT_EQ(image({"-phi", "abc"}), plain);
  EXPECT_EQ(image({"-detector_rotx", ""}), plain);
  EXPECT_EQ(image({"-oversample", "7", "-Na", "x"}), image({"-Na", "1"}));
}

TEST_F(DropIn, LaterValuesWin) { EXPECT_EQ(image({"-phi", "5", "-phi", "7"}), image({"-phi", "7"})); }

TEST_F(DropIn, CellsBelowOneAreOne) {
  EXPECT_EQ(image({"-N", "-3"}), image({"-N", "1"}));
  EXPECT_EQ(image({"-N", "0"}), image({"-N", "1"}));
}

TEST_F(DropIn, MissingValuesAreWarnedOf) {
  const std::vector<float> plain = image({});
  EXPECT_EQ(image({"-distance"}), plain);
  expect_texts(result_.err, {"warning: -distance needs mm; ignored"});
  EXPECT_EQ(image({"-beam_vector", "1", "0"}), plain);
  expect_texts(result_.err, {"warning: -beam_vector needs x y z; ignored"});
  EXPECT_EQ(image({"-roi", "1", "2", "3"}), plain);
  expect_texts(result_.err, {"warning: -roi needs"});
  EXPECT_EQ(image({"-misset", "10", "20"}), plain);
  expect_texts(result_.err, {"warning: -misset needs three angles, or 'random'; ignored"});
  EXPECT_EQ(image({"-quirks", "none", "-twotheta_axis", "3"}), image({"-quirks", "none"}));
  image({"-quirks", "none", "-twotheta_axis", "3", "4"});
  expect_texts(result_.err, {"warning: -twotheta_axis needs x y z; ignored"});
  EXPECT_EQ(image({"-printout_pixel", "3"}), plain);
  expect_texts(result_.err, {"warning: -printout_pixel needs fast slow; every pixel is printed"});
}

/// With its quirk the axis flag makes do with the one word that it takes for an angle.
TEST_F(DropIn, TwothetaAxisOfOneWordIsAnAngle) {
  EXPECT_EQ(image({"-twotheta_axis", "3"}), image({"-twotheta", "3"}));
  image({"-twotheta_axis", "3"});
  expect_texts(result_.err, {"warning: -twotheta_axis needs x y z; only its angle is used"});
}

TEST_F(DropIn, WhatSimulateRefusesGoesOn) {
  const std::vector<float> plain = image({});
  EXPECT_EQ(image({"-detector_thicksteps", "3"}), plain);
  EXPECT_EQ(image({"-mosaic_domains", "3"}), plain);
  expect_texts(result_.err, {"warning: -mosaic_domains without -mosaic"});
  EXPECT_NE(image({"-gauss_xtal", "-fudge", "0"}), image({"-gauss_xtal"}));
}

/// Values are looked at, then scanned as words of their own.
TEST_F(DropIn, AFlagInTheValuesIsStillAFlag) {
  EXPECT_EQ(image({"-phi", "-N", "5"}), image({"-phi", "0", "-N", "5"}));
  EXPECT_EQ(image({"-misset", "1", "2", "-nonoise"}), image({"-misset", "1", "2", "0"}));
}

TEST_F(DropIn, MissingValuesThatCrashedAreErrors) {
  for (const char* flag : {"-detector_abs", "-detector_thick", "-detector_thicksteps", "-thicksteps"})
    expect_drop_in_error(small_run({flag}), folder_, {flag, "needs a value"});
}

TEST_F(DropIn, UnknownWordsAreIgnoredWithAWarning) {
  const std::vector<float> plain = image({});
  EXPECT_EQ(image({"-dispstep", "3"}), plain);
  expect_texts(result_.err, {"warning: unknown flag '-dispstep' ignored; did you mean -dispsteps?",
                             "warning: unexpected word '3' ignored"});
  EXPECT_EQ(image({"hello", "-xyzzyplugh", "", "-", "--"}), plain);
  expect_texts(result_.err, {"unexpected word 'hello'", "unknown flag '-xyzzyplugh'", "unexpected word ''"});
}

TEST_F(DropIn, OldNamesAreExplained) {
  const std::pair<const char*, const char*> names[] = {{"-hdiv", "-hdivrange"},
                                                       {"-vdiv", "-vdivrange"},
                                                       {"-detsize_x", "-detsize_f"},
                                                       {"-detsize_y", "-detsize_s"},
                                                       {"-thick", "-detector_thick"},
                                                       {"-xdet_vector", "-fdet_vector"},
                                                       {"-ydet_vector", "-sdet_vector"},
                                                       {"-zdet_vector", "-odet_vector"},
                                                       {"-detector_twotheta", "-twotheta"},
                                                       {"-detector_thickness", "-detector_thick"}};
  const std::vector<float> plain = image({});
  for (const auto& [old, current] : names) {
    EXPECT_EQ(image({old}), plain);
    expect_texts(result_.err, {std::string("'") + old + "' ignored; did you mean " + current + "?"});
  }
}

TEST_F(DropIn, UsageWhereNothingCanBeRendered) {
  for (const Words& words : {Words{}, Words{"-help"}, Words{"-h"}, Words{"-cell", "50"}, Words{"-default_F", "100"},
                             Words{"-default_F", "0", "-cell", "50"}, Words{"-default_F", "10", "-cell", "0"},
                             Words{"-default_F", "10", "-cell", "-50"}, Words{"-default_F", "abc", "-cell", "50"}}) {
    const ProgramResult result = drop_in(words, folder_);
    EXPECT_EQ(result.status, 9);
    expect_texts(result.out, {"usage: nanoBragg"});
    EXPECT_TRUE(files_in(folder_).empty());
  }
}

TEST_F(DropIn, HelpIsNoFlagOfARun) {
  EXPECT_EQ(image({"-help"}), image({}));
  image({"-h"});
  expect_texts(result_.err, {"warning: "});
}

TEST_F(DropIn, ErrorsEndWithNine) {
  const std::vector<std::pair<Words, Words>> mistakes = {
      {{"-distance", "0"}, {"-distance", "above zero"}},
      {{"-distance", "abc"}, {"-distance", "above zero"}},
      {{"-distance", "nan"}, {"-distance", "'nan'", "finite"}},
      {{"-distance", "1e400"}, {"-distance", "finite"}},
      {{"-pixel", "-1"}, {"-pixel", "above zero"}},
      {{"-detpixels", "0"}, {"-detpixels", "at least one"}},
      {{"-lambda", "0"}, {"-lambda", "above zero"}},
      {{"-energy", "x"}, {"-energy", "above zero"}},
      {{"-N", "3000000000"}, {"-N", "32 bits"}},
      {{"-oversample", "1000001"}, {"-oversample", "1000000"}},
      {{"-seed", "99999999999"}, {"-seed", "32 bits"}},
      {{"-hkl", "missing.hkl"}, {"'missing.hkl'", "No such file"}},
      {{"-sourcefile", "missing.txt"}, {"'missing.txt'", "No such file"}},
      {{"-stol", "missing.stol"}, {"'missing.stol'", "No such file"}},
      {{"-cell", "50", "60", "70", "10", "20", "30"}, {"crystal axes are not finite"}},
      {{"-dtype", "float16"}, {"'float16'", "float64"}},
      {{"-device", "abacus"}, {"'abacus'"}},
      {{"-quirks", "Q-nonsense"}, {"'Q-nonsense'"}},
      {{"-o", "x.jpeg"}, {"'.jpeg'"}},
      {{"-beam_vector", "0", "0", "0"}, {"-beam_vector"}},
      {{"-trace_pixel", "8", "8"}, {"there is no such pixel"}},
  };
  for (const auto& [words, texts] : mistakes) expect_drop_in_error(small_run(words), folder_, texts);
}

TEST_F(DropIn, UnreadableMatrix) {
  EXPECT_EQ(image({"-mat", "missing.mat"}), image({}));
  image({"-mat", "missing.mat"});
  expect_texts(result_.err, {"warning: cannot read the matrix file 'missing.mat'", "Q-mat-missing"});
  expect_drop_in_error({"-default_F", "100", "-mat", "missing.mat"}, folder_, {"'missing.mat'", "No such file"});
}

TEST_F(DropIn, MissingHeadersAreIgnored) {
  const std::vector<float> plain = image({});
  for (const char* flag : {"-img", "-mask"}) {
    EXPECT_EQ(image({flag, "missing.img"}), plain);
    expect_texts(result_.err, {"warning: cannot read", "'missing.img'", "ignored"});
  }
}

TEST_F(DropIn, ListWithoutReflections) {
  folder_.write("empty.hkl", "");
  folder_.write("words.hkl", "h k l F\n1 2 3 4\n");
  for (const char* name : {"empty.hkl", "words.hkl"})
    expect_drop_in_error(small_run({"-hkl", name}), folder_, {"no reflections found", name});
}

/// The stream of numbers stops at the first word; what came before counts.
TEST_F(DropIn, ListThatStopsHalfWay) {
  folder_.write("half.hkl", "1 2 3 40\n# comment\n1 2 4 50\n");
  image({"-hkl", "half.hkl"});
  expect_texts(result_.err, {"Q-hkl-parse"});
  expect_texts(result_.out, {"1 reflections", "h 1 to 1, k 2 to 2, l 3 to 3"});
}

TEST_F(DropIn, NoPhiStepsGiveNoNumbers) {
  const std::vector<float> pixels = image({"-osc", "0", "-phistep", "1"});
  for (const float value : pixels) EXPECT_TRUE(std::isnan(value));
  expect_texts(result_.err, {"warning: -osc 0 with -phistep gives no phi steps", "not finite numbers"});
  for (const char* name : {"intimage.img", "noiseimage.img"})
    EXPECT_EQ(read_bytes(folder_ / name).substr(512), std::string(2 * 64, '\0')) << name;
  const std::string picture = read_bytes(folder_ / "image.pgm");
  EXPECT_EQ(picture.substr(picture.size() - 64), std::string(64, '\0'));
  // What is right: a crystal that stands still.
  expect_success(simulate(small_run({"-osc", "0", "-phistep", "1"}), folder_));
  const std::vector<float> still = read_floats(folder_ / "floatimage.bin");
  expect_success(simulate(small_run(), folder_));
  EXPECT_EQ(still, read_floats(folder_ / "floatimage.bin"));
}

TEST_F(DropIn, FluxThroughABeamOfSizeZero) {
  image({"-flux", "1e12", "-beamsize", "0"});
  expect_texts(result_.err, {"warning: a flux through a beam of size zero"});
}

TEST_F(DropIn, NegativeWeightsAreNotUsed) {
  folder_.write("negative.txt", "-10 0 0 -1 1e-10\n-10 0.01 0 3 1e-10\n");
  folder_.write("plain.txt", "-10 0 0 1 1e-10\n-10 0.01 0 1 1e-10\n");
  EXPECT_EQ(image({"-sourcefile", "negative.txt"}), image({"-sourcefile", "plain.txt"}));
}

TEST_F(DropIn, SourcesThatAreNone) {
  folder_.write("zero.txt", "0 0 0 1 1e-10\n");
  folder_.write("dark.txt", "-10 0 0 1 0\n");
  folder_.write("cut.txt", "-10 0 0 1");
  expect_drop_in_error(small_run({"-sourcefile", "zero.txt"}), folder_, {"no direction"});
  expect_drop_in_error(small_run({"-sourcefile", "dark.txt"}), folder_, {"wavelength"});
  // Without a newline missing columns are zero, so this wavelength is too.
  expect_drop_in_error(small_run({"-sourcefile", "cut.txt"}), folder_, {"wavelength"});
}

}  // namespace
}  // namespace femtobragg::tests
