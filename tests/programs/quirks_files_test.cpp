// Quirks of input files, and how the same files are read without them.
#include <gtest/gtest.h>

#include <cstring>

#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {
namespace {

using FileQuirks = QuirkRun;

/// An SMV file of 72 x 56 ones.
std::string smv(const std::string& entries, bool little_endian = true, std::uint16_t pixel = 1) {
  std::string text = std::string("{\nHEADER_BYTES=512;\nDIM=2;\nBYTE_ORDER=") + (little_endian ? "little" : "big") +
                     "_endian;\nTYPE=unsigned_short;\nSIZE1=72;\nSIZE2=56;\nPIXEL_SIZE=0.5;\n" + entries + "}\f";
  text.resize(512, ' ');
  for (int i = 0; i < 72 * 56; ++i) {
    const char low = static_cast<char>(pixel & 0xff), high = static_cast<char>(pixel >> 8);
    text += little_endian ? std::string{low, high} : std::string{high, low};
  }
  return text;
}

TEST_F(FileQuirks, ReflectionListsAreReadByLines) {
  folder_.write("plain.hkl", "1 0 0 50\n0 1 0 70\n-2 3 1 90\n0 0 4 1e2\n");
  folder_.write("fancy.hkl", "# h k l F sigma\n1.0 0 0 50 0.5\n0 1 0 70 FreeR\n\n-2 3 1 90 # strong\n0 0 4 1e2");
  const std::string plain = "-hkl plain.hkl -default_F 10", fancy = "-hkl fancy.hkl -default_F 10";
  expect_same(right(fancy), right(plain));
  const ProgramResult on = simulate("-quirks Q-hkl-parse " + base() + plain);
  EXPECT_EQ(announced(on.err), std::set<std::string>{});
  // The stream begins with a word: no reflection at all.
  EXPECT_NE(simulate("-quirks Q-hkl-parse " + base() + fancy).status, 0);
  folder_.write("five.hkl", "1 0 0 50 7\n0 1 0 70 7\n2 3 1 90 7\n");
  folder_.write("four.hkl", "1 0 0 50\n0 1 0 70\n2 3 1 90\n");
  expect_right("Q-hkl-parse", "-hkl five.hkl -default_F 10", "-hkl four.hkl -default_F 10");
}

TEST_F(FileQuirks, BadReflectionLinesAreNamed) {
  folder_.write("bad.hkl", "1 0 0 50\n0 1 70\n");
  const ProgramResult result = simulate(base() + "-hkl bad.hkl");
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("line 2"), std::string::npos) << result.err;
  folder_.write("half.hkl", "1 0 0.5 50\n");
  expect_refused("-hkl half.hkl", 1);
}

TEST_F(FileQuirks, DumpsAreNeitherLeftNorUsedUnasked) {
  const std::string uniform = "-cell 30 40 50 75 95 105 -N 5 -oversample 1 -default_F 40 " + detector() + silence();
  const Pixels plain = image_of(simulate(uniform));
  image_of(simulate(base()));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "Fdump.bin"));
  image_of(drop_in(base()));
  ASSERT_TRUE(std::filesystem::exists(folder_ / "Fdump.bin"));
  EXPECT_EQ(image_of(simulate(uniform)), plain);
  const ProgramResult on = simulate("-quirks Q-fdump-stale " + uniform);
  EXPECT_EQ(announced(on.err), std::set<std::string>{"Q-fdump-stale"});
  expect_different(image_of(on), plain);
}

TEST_F(FileQuirks, NamedDumpsKeepEverything) {
  const Pixels list = right("-hkl small.hkl -default_F 25 -dump mine.bin");
  ASSERT_TRUE(std::filesystem::exists(folder_ / "mine.bin"));
  const std::string from_dump =
      "-cell 30 40 50 75 95 105 -N 5 -oversample 1 -dump mine.bin " + misset() + detector() + silence();
  EXPECT_EQ(image_of(simulate(from_dump)), list);
  // A checksum guards it.
  std::string bytes = read_bytes(folder_ / "mine.bin");
  bytes[bytes.size() - 100] = static_cast<char>(bytes[bytes.size() - 100] ^ 1);
  folder_.write("mine.bin", bytes);
  EXPECT_EQ(simulate(from_dump).status, 1);
  // Dumps of the reference program are readable.
  image_of(drop_in(base() + "-hkl small.hkl -default_F 25 -dump old.bin"));
  EXPECT_EQ(image_of(simulate(from_dump + "-dump old.bin -default_F 25")), list);
}

TEST_F(FileQuirks, DumpsAreReadFromTheirExactPlace) {
  // Low byte 0x20: the first byte of the table is a blank.
  const double first = 100.0 + 32 * 0x1p-46;
  std::vector<double> table(27, 0.0);
  for (std::size_t h = 0; h < 2; ++h)
    for (std::size_t k = 0; k < 2; ++k)
      for (std::size_t l = 0; l < 2; ++l) table[(h * 3 + k) * 3 + l] = first + static_cast<double>(h + 2 * k + 4 * l);
  std::string bytes(27 * sizeof(double), ' ');
  std::memcpy(bytes.data(), table.data(), bytes.size());
  ASSERT_EQ(bytes[0], ' ');
  folder_.write("blank.bin", "0 1 0 1 0 1\n\f" + bytes);
  std::string list;
  for (int h = 0; h < 2; ++h)
    for (int k = 0; k < 2; ++k)
      for (int l = 0; l < 2; ++l)
        list += std::to_string(h) + " " + std::to_string(k) + " " + std::to_string(l) + " " +
                std::to_string(100 + h + 2 * k + 4 * l) + "\n";
  folder_.write("blank.hkl", list);
  const std::string flags = "-cell 30 40 50 75 95 105 -N 5 -oversample 1 -default_F 5 " + detector() + silence();
  const Pixels off = image_of(simulate(flags + "-dump blank.bin"));
  expect_same(off, image_of(simulate(flags + "-hkl blank.hkl")));
  const ProgramResult on = simulate("-quirks Q-fdump-bytes " + flags + "-dump blank.bin");
  EXPECT_TRUE(announced(on.err).contains("Q-fdump-bytes")) << on.err;
  if (on.status == 0) expect_different(image_of(on), off);
}

TEST_F(FileQuirks, HeaderKeysAreMatchedWhole) {
  folder_.write("far.img", smv("DISTANCE=120;\nCLOSE_DISTANCE=115;\nWAVELENGTH=1;\n"));
  const std::string flags = crystal() + misset() + silence() + "-img far.img ";
  const Pixels header = image_of(simulate(flags));
  expect_same(header, right("-distance 115"));
  // The command line wins.
  const Pixels off = image_of(simulate(flags + "-distance 90"));
  expect_same(off, right("-distance 90"));
  const ProgramResult on = simulate("-quirks Q-header-distance " + flags + "-distance 90");
  EXPECT_EQ(announced(on.err), std::set<std::string>{"Q-header-distance"});
  expect_same(image_of(on), right("-distance 115"));
}

TEST_F(FileQuirks, HeaderKeysInsideLongerOnesAreOtherKeys) {
  folder_.write("org.img", smv("DISTANCE=100;\nWAVELENGTH=1;\nORGX=20.5;\nORGY=31;\nXDS_ORGX=1;\nXDS_ORGY=1;\n"));
  const std::string flags = crystal() + misset() + silence() + "-xds -img org.img ";
  expect_same(image_of(simulate(flags)), right("-xds -ORGX 20.5 -ORGY 31"));
}

TEST_F(FileQuirks, HeaderTwothetaCounts) {
  folder_.write("arm.img", smv("DISTANCE=100;\nWAVELENGTH=1;\nTWOTHETA=15;\n"));
  const std::string flags = crystal() + misset() + silence() + "-img arm.img ";
  expect_same(image_of(simulate(flags)), right("-twotheta 15"));
  const ProgramResult on = simulate("-quirks Q-header-twotheta " + flags);
  EXPECT_EQ(announced(on.err), std::set<std::string>{"Q-header-twotheta"});
  expect_same(image_of(on), right(""));
}

TEST_F(FileQuirks, HeaderCentresAreOfNoConvention) {
  folder_.write("far.img", smv("DISTANCE=100;\nWAVELENGTH=1;\nBEAM_CENTER_X=13;\nBEAM_CENTER_Y=17;\n"));
  const std::string flags = crystal() + misset() + silence() + "-img far.img ";
  expect_same(image_of(simulate(flags)), right("-Xbeam 12.75 -Ybeam 16.75"));
  const ProgramResult on = simulate("-quirks Q-header-centre " + flags);
  EXPECT_EQ(announced(on.err), std::set<std::string>{"Q-header-centre"});
  expect_same(image_of(on), right("-Xbeam 13 -Ybeam 17"));
  // A convention says what the key means, and other keys that agree change nothing.
  expect_same(image_of(simulate(flags + "-mosflm")), right("-Xbeam 13 -Ybeam 17"));
  folder_.write("far.img", smv("DISTANCE=100;\nWAVELENGTH=1;\nBEAM_CENTER_X=13;\nBEAM_CENTER_Y=17;\n"
                               "DENZO_X_BEAM=13.25;\nDENZO_Y_BEAM=17.25;\n"));
  EXPECT_EQ(announced(simulate("-quirks Q-header-centre " + flags).err), std::set<std::string>{});
}

TEST_F(FileQuirks, BytesOfForeignMasksAreSwapped) {
  const std::string entries = "DISTANCE=100;\nWAVELENGTH=1;\n";
  folder_.write("mine.img", smv(entries));
  folder_.write("foreign.img", smv(entries, false));
  const std::string flags = crystal() + misset() + silence() + "-mask ";
  const Pixels mine = image_of(simulate(flags + "mine.img"));
  EXPECT_EQ(image_of(simulate(flags + "foreign.img")), mine);
  const ProgramResult on = simulate("-quirks Q-header-swap " + flags + "foreign.img");
  EXPECT_EQ(announced(on.err), std::set<std::string>{"Q-header-swap"});
  EXPECT_EQ(image_of(on), mine);
  EXPECT_EQ(announced(simulate("-quirks Q-header-swap " + flags + "mine.img").err), std::set<std::string>{});
}

}  // namespace
}  // namespace femtobragg::tests
