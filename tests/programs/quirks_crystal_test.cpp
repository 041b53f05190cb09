// Quirks of the crystal's set-up, and what holds without them.
#include <gtest/gtest.h>

#include <map>

#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {
namespace {

using CrystalQuirks = QuirkRun;

std::vector<double> numbers_after(const std::string& text, const std::string& phrase, std::size_t count) {
  const std::size_t at = text.find(phrase);
  EXPECT_NE(at, std::string::npos) << phrase;
  if (at == std::string::npos) return std::vector<double>(count, std::nan(""));
  std::vector<double> numbers;
  const Words words = words_of(text.substr(at + phrase.size(), 400));
  for (std::size_t i = 0; i < count; ++i) numbers.push_back(std::stod(words.at(i)));
  return numbers;
}

TEST_F(CrystalQuirks, TriclinicCellKeepsItsAngles) {
  const auto off = numbers_after(drop_in("-quirks none " + base()).out, "Unit Cell: ", 6);
  EXPECT_EQ(off, (std::vector<double>{30, 40, 50, 75, 95, 105}));
  const ProgramResult result = drop_in("-quirks Q-triclinic-cell " + base());
  EXPECT_EQ(announced(result.err), std::set<std::string>{"Q-triclinic-cell"});
  const auto on = numbers_after(result.out, "Unit Cell: ", 6);
  EXPECT_EQ(on, (std::vector<double>{30, 40, 50, 74.9487, 95.0178, 105.005}));
  expect_different(right(""), with_quirk("Q-triclinic-cell", ""));
}

TEST_F(CrystalQuirks, TriclinicCellHidesWhereItIsRight) {
  for (const std::string cell : {"50 50 50 90 90 90", "50 60 70 90 110 90", "50 50 60 90 90 120"}) {
    const ProgramResult result = simulate("-quirks Q-triclinic-cell " + base() + "-cell " + cell);
    EXPECT_EQ(announced(result.err), std::set<std::string>{}) << cell;
  }
  EXPECT_EQ(announced(simulate("-quirks Q-triclinic-cell " + base() + "-cell 60 60 60 75 75 75").err),
            std::set<std::string>{"Q-triclinic-cell"});
}

TEST_F(CrystalQuirks, MissingMatrixIsAnError) {
  expect_refused("-mat none.mat", 1);
  expect_same(with_quirk("Q-mat-missing", "-mat none.mat"), right(""));
  EXPECT_EQ(drop_in("-hkl p1.hkl -mat none.mat " + detector() + silence()).status, 9);
}

TEST_F(CrystalQuirks, RandomOrientationsAreUniform) {
  const std::map<int, std::vector<double>> expected = {{1, {-101.811213, 34.838132, 142.388191}},
                                                       {5, {-146.393930, -38.225792, 38.157312}},
                                                       {17, {29.224215, -45.306483, 1.646043}}};
  const std::map<int, std::vector<double>> older = {{1, {4.662957, -11.844979, 17.622548}},
                                                    {5, {142.144470, 55.074207, 35.266329}},
                                                    {17, {26.049659, -53.541820, 89.769219}}};
  const std::string phrase = "random orientation misset angles: ";
  for (const auto& [seed, angles] : expected) {
    const std::string flags = "-misset_seed " + std::to_string(seed) + " " + base() + "-misset random";
    const auto off = numbers_after(drop_in("-quirks none " + flags).out, phrase, 3);
    const ProgramResult result = drop_in("-quirks Q-misset-random " + flags);
    EXPECT_EQ(announced(result.err), std::set<std::string>{"Q-misset-random"});
    const auto on = numbers_after(result.out, phrase, 3);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(off[i], angles[i], 1e-6);  // six decimals are printed
      EXPECT_NEAR(on[i], older.at(seed)[i], 1e-6);
    }
  }
}

TEST_F(CrystalQuirks, RandomOrientationIsThatOfItsAngles) {
  const Pixels random = right("-misset random -misset_seed 5");
  // The angles are known to six decimals of a degree: 1e-8 of a radian, 1e-6 of a spot's width.
  expect_same(random, right("-misset -146.393930 -38.225792 38.157312"), 1e-5f);
}

TEST_F(CrystalQuirks, MissetSeedFollowsTheNoiseSeed) {
  expect_same(right("-misset random -seed 5"), right("-misset random -misset_seed 5"));
}

TEST_F(CrystalQuirks, OneSeedFromTheClockIsPrintedAndEnough) {
  const std::string noisy = crystal() + detector() + "-nopgm -noprogress -misset random -fluence 1e31 -dtype float64 ";
  for (const bool drop : {false, true}) {
    const ProgramResult first = drop ? drop_in("-quirks none " + noisy) : simulate(noisy);
    ASSERT_EQ(first.status, 0) << first.err;
    const std::string printed = first.out + first.err;
    ASSERT_NE(printed.find("seed from the clock: "), std::string::npos) << "program " << drop << "\n" << printed;
    const std::string seed = words_of(printed.substr(printed.find("seed from the clock: ") + 21)).front();
    const std::string image = read_bytes(folder_ / "floatimage.bin"), noise = read_bytes(folder_ / "noiseimage.img");
    EXPECT_EQ(simulate(noisy + "-seed " + seed).status, 0);
    EXPECT_EQ(read_bytes(folder_ / "floatimage.bin"), image);
    EXPECT_EQ(read_bytes(folder_ / "noiseimage.img"), noise);
  }
  EXPECT_EQ(announced(simulate("-quirks Q-seed-default " + noisy).err), std::set<std::string>{"Q-seed-default"});
  EXPECT_EQ(announced(simulate("-quirks Q-seed-default " + noisy + "-seed 1 -misset_seed 2").err),
            std::set<std::string>{});
}

/// What matters is whether a noise image is written, under whatever name.
TEST_F(CrystalQuirks, TheClockIsSilentWithoutNoise) {
  const std::string plain = crystal() + misset() + detector() + "-nopgm -noprogress ";
  const auto says_seed = [&](const std::string& flags) {
    const ProgramResult result = simulate(plain + flags);
    EXPECT_EQ(result.status, 0) << result.err;
    return result.out.find("seed from the clock: ") != std::string::npos;
  };
  const auto announces = [&](const std::string& flags) {
    return announced(simulate("-quirks Q-seed-default " + plain + flags).err).contains("Q-seed-default");
  };
  for (const std::string flags : {"", "-o a.img", "-o a.npy -noisefile n.img"}) {
    EXPECT_TRUE(says_seed(flags)) << flags;
    EXPECT_TRUE(announces(flags)) << flags;
  }
  for (const std::string flags : {"-nonoise", "-o a.npy", "-o a.img -nonoise", "-o a.npy -intfile i.img"}) {
    EXPECT_FALSE(says_seed(flags)) << flags;
    EXPECT_FALSE(announces(flags)) << flags;
  }
}

TEST_F(CrystalQuirks, InterpolationFollowsTheFinalNumberOfCells) {
  // 210 A are 7, 6 and 5 cells; no axis has two or fewer.
  const std::string sized =
      "-hkl p1.hkl -cell 30 40 50 75 95 105 -oversample 1 " + misset() + detector() + silence() + "-xtalsize 0.000021";
  expect_same(image_of(simulate(sized)), right("-Na 7 -Nb 6 -Nc 5 -nointerpolate"));
  const ProgramResult on = simulate("-quirks Q-xtalsize-interp " + sized);
  EXPECT_EQ(announced(on.err), std::set<std::string>{"Q-xtalsize-interp"});
  expect_same(image_of(on), right("-Na 7 -Nb 6 -Nc 5 -interpolate"));
  // The flags say five cells, the sizes make two.
  expect_refused("-N 5 -xtalsize 0.000006", 2);
}

TEST_F(CrystalQuirks, GaussianSpotsHaveTheWidthOfTheCrystal) {
  const std::string pixel =
      "-default_F 100 -lambda 6.2 -N 5 -cell 100 100 100 90 90 90 -distance 100 -detsize 102.4 -pixel 0.1 -oversample "
      "1 "
      "-roi 250 250 240 240 -trace_pixel 240 250 " +
      silence();
  EXPECT_NEAR(traced(simulate(pixel + "-gauss_xtal").out, "F_latt")[0], 66.8151207, 5e-8);
  EXPECT_NEAR(traced(simulate("-quirks Q-gauss-width " + pixel + "-gauss_xtal").out, "F_latt")[0], 120.2009249, 5e-8);
  EXPECT_NEAR(traced(simulate(pixel + "-round_xtal").out, "F_latt")[0], 59.7839067, 5e-8);
  EXPECT_NEAR(traced(simulate(pixel).out, "F_latt")[0], 62.768837756128, 1e-11);
  // H = 0.394622 is below 0.3969.
  EXPECT_EQ(traced(simulate(pixel + "-tophat_spots").out, "F_latt")[0], 125);
  EXPECT_EQ(traced(simulate(pixel + "-tophat_spots -fudge 1.01").out, "F_latt")[0], 0);
  for (const std::string shape : {"-gauss_xtal", "-tophat_spots -fudge 0.5"})
    expect_different(right(shape), with_quirk("Q-gauss-width", shape));
}

}  // namespace
}  // namespace femtobragg::tests
