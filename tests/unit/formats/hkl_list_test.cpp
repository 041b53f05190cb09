// Reflection lists: by lines, as a stream of numbers, and where both part.
#include "femtobragg/formats/tables/hkl_list.h"

#include <gtest/gtest.h>

#include "femtobragg/base/error.h"

namespace femtobragg::formats {
namespace {

double at(const HklList& list, std::int64_t h, std::int64_t k, std::int64_t l) {
  return list.factors.values.at(list.factors.index(h, k, l));
}

std::string refusal(auto&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "not refused";
}

std::string refusal_of_lines(std::string_view text) {
  return refusal([&] { parse_hkl_lines(text, "x.hkl", 0); });
}

TEST(HklLines, BoxDefaultsAndDuplicates) {
  const HklList list = parse_hkl_lines("1 2 3 10\n-1 2 5 20.5\n1 2 3 30\n", "x.hkl", 7);
  EXPECT_EQ(list.factors.box, (HklBox{{-1, 2, 3}, {1, 2, 5}}));
  EXPECT_EQ(list.reflections, 3u);
  EXPECT_EQ(at(list, 1, 2, 3), 30);
  EXPECT_EQ(at(list, -1, 2, 5), 20.5);
  EXPECT_EQ(at(list, 0, 2, 4), 7);
  EXPECT_EQ(list.factors.default_amplitude, 7);
}

TEST(HklLines, WhatALineMayHold) {
  const HklList list = parse_hkl_lines(
      "# comment\n\n \t\r\n1.0 2e0 +3 -4.5 0.1 more # columns\r\n  0\t0\t0\t1#x\n1 1 1 1e3", "x.hkl", 0);
  EXPECT_EQ(list.reflections, 3u);
  EXPECT_EQ(at(list, 1, 2, 3), -4.5);
  EXPECT_EQ(at(list, 0, 0, 0), 1);
  EXPECT_EQ(at(list, 1, 1, 1), 1000);
}

TEST(HklLines, LinesThatAreNoReflection) {
  for (const char* line : {"1 2 3", "h k l F", "1 2 x 4", "1.5 2 3 4", "1 2 3 nan", "1 2 3 inf", "nan 2 3 4", "1,2,3,4",
                           "1e99 2 3 4", "0x1 2 3 4", "1 2 3 4F"}) {
    const std::string message = refusal_of_lines("1 2 3 4\n# x\n" + std::string(line) + "\n");
    EXPECT_NE(message.find("'x.hkl' line 3"), std::string::npos) << line << ": " << message;
    EXPECT_NE(message.find(std::string("'") + line + "'"), std::string::npos) << message;
  }
}

TEST(HklLines, NoReflections) {
  for (const char* text : {"", "\n\n", "# only\n# comments"})
    EXPECT_NE(refusal_of_lines(text).find("no reflections found"), std::string::npos) << text;
}

TEST(HklLines, AbsurdRanges) {
  EXPECT_NE(refusal_of_lines("0 0 0 1\n2000000000 0 0 1\n").find("h 0 to 2000000000"), std::string::npos);
  EXPECT_NE(refusal_of_lines("0 0 0 1\n999999999 999999999 999999999 1\n").find("memory"), std::string::npos);
}

std::string warnings_of(std::string_view text, const std::vector<std::string>& labels = {}) {
  std::string all;
  for (const std::string& warning : parse_hkl_lines(text, "x.hkl", 0, labels).warnings) all += warning + "\n";
  return all;
}

TEST(HklLines, HeadersNameTheColumns) {
  const struct {
    std::string text;
    double value;
  } cases[] = {
      {"# h k l F sigF\n1 2 3 9 1\n", 9},
      {"#  H K L  Iobs  SigI\n1 2 3 9 1\n", 3},
      {"h k l mult d |F|^2\n1 2 3 8 2.5 9\n", 3},
      {"h,k,l,F^2\n1,2,3,9\n", 3},
      {"# F h k l\n9 1 2 3\n", 9},
      {"# F h k l\n9 1 2 3 0.5\n", 9},
      {"# columns: h, k, l, F2\n1 2 3 9\n", 3},
      {"# (h k l F^2)\n1 2 3 9\n", 3},
      {"! h k l I/F2\n1 2 3 9\n", 3},
      {"no h k l F\n5 1 2 3 9\n", 9},
      {"# h k l d (A) F\n1 2 3 2.5 9\n", 9},
      {"h k l d (A) F(real) F(imag) |F| 2theta I M\n1 2 3 2.5 8 1 9 20 4 2\n", 9},
      {"# h k l | F | phi\n1 2 3 9 180\n", 9},
      {"# h k l F : amplitudes\n1 2 3 9\n", 9},
      {"# l k h Fcalc Fobs\n# h k l Fcalc Fobs\n1 2 3 4 9\n", 9},
      {"# column_h 2\n# column_k 3\n# column_l 4\n# column_F 1\n9 1 2 3\n", 9},
      {"# column_h  1\n# column_k  2\n# column_l  3\n# column_j  4   multiplicity\n# column_F2 5   |F|^2\n1 2 3 8 9\n",
       3},
  };
  for (const auto& [text, value] : cases) EXPECT_EQ(at(parse_hkl_lines(text, "x.hkl", 0), 1, 2, 3), value) << text;
  EXPECT_EQ(warnings_of("# h k l F sigF\n1 2 3 9 1\n"), "");
  for (const char* name : {"Mult", "M", "j", "Mu", "multiplicity"})
    EXPECT_NE(warnings_of(std::string("# h k l ") + name + " |Fc|^2\n1 2 3 8 9\n").find("multiplicities"),
              std::string::npos);
  EXPECT_NE(refusal_of_lines("# h k l mult d\n1 2 3 9 1\n").find("its header names h k l mult d"), std::string::npos);
  EXPECT_NE(refusal_of_lines("# h k l F sigF\n1 2 3 x 1\n").find("line 2"), std::string::npos);
}

TEST(HklLines, CommasAndSemicolonsBetweenNumbers) {
  EXPECT_EQ(at(parse_hkl_lines("1,2,3,9.5\n1,2,4,8\n", "x.hkl", 0), 1, 2, 3), 9.5);
  EXPECT_EQ(at(parse_hkl_lines("1;2;3;9,5\n1;2;4;8\n", "x.hkl", 0), 1, 2, 3), 9.5);
  EXPECT_NE(refusal_of_lines("1 2 3 9,5\n").find("line 1"), std::string::npos);
}

/// An empty field is none, and the first row may hold it.
TEST(HklLines, FieldsBetweenSeparatorsMayBeEmpty) {
  for (const char* text : {"h,k,l,F,sig\n1,2,3,9,1\n1,2,4,,7\n", "h\tk\tl\tF\tsig\n1\t2\t3\t9\t1\n1\t2\t4\t\t7\n",
                           "1;2;4;;7\n1;2;3;9;1\n", "# h\tk\tl\tF\tsig\n1\t2\t4\t\t7\n1\t2\t3\t9\t1\n",
                           "1\t2\t4\t\t7\n1\t2\t3\t9\t1\n", "h k l F\n1 2 3 9\n1 2 4 ?\n"}) {
    const HklList list = parse_hkl_lines(text, "x.hkl", 5);
    EXPECT_EQ(at(list, 1, 2, 3), 9) << text;
    EXPECT_EQ(list.reflections, 1u) << text;
    EXPECT_NE(warnings_of(text).find("1 row of 'x.hkl' has no amplitude"), std::string::npos) << text;
  }
  EXPECT_EQ(at(parse_hkl_lines("1\t2\t\t3\t9\n1\t2\t\t4\t8\n", "x.hkl", 0), 1, 2, 4), 8);
  EXPECT_EQ(at(parse_hkl_lines("1, 2, 3, 9,\n", "x.hkl", 0), 1, 2, 3), 9);
  EXPECT_NE(refusal_of_lines("h,k,l,F\n1,2,3,9,8\n").find("line 2"), std::string::npos);
  EXPECT_NE(refusal_of_lines("1,2,3\n").find("line 1"), std::string::npos);
}

/// Of every row, whatever the first one has.
TEST(HklLines, DecimalCommasBesideSemicolons) {
  for (const char* text : {"h;k;l;F\n1;2;4;8\n1;2;3;9,5\n", "1;2;4;8\n1;2;3;9,5\n", "1;2;3;9,5\n"})
    EXPECT_EQ(at(parse_hkl_lines(text, "x.hkl", 0), 1, 2, 3), 9.5) << text;
  EXPECT_NE(refusal_of_lines("1;2;4;8\n1;2;3;1,000.5\n").find("line 2"), std::string::npos);
}

TEST(HklLines, QuotesAndExponentsOfFortran) {
  EXPECT_EQ(at(parse_hkl_lines("\"h\",\"k\",\"l\",\"F\"\n\"1\",\"2\",\"3\",\"9\"\n", "x.hkl", 0), 1, 2, 3), 9);
  EXPECT_EQ(at(parse_hkl_lines("1 2 3 1.5D+02\n", "x.hkl", 0), 1, 2, 3), 150);
  EXPECT_NE(refusal_of_lines("1 2 3 D\n").find("line 1"), std::string::npos);
  EXPECT_NE(refusal_of_lines("h,k,l,F\n1,2,3,\"1,000.5\"\n").find("line 2"), std::string::npos);
}

TEST(HklLines, FriedelPairs) {
  for (const char* header : {"# h k l F(+) F(-)", "# h k l Fplus Fminus", "# h k l F_plus F_minus", "# h k l F+ F-"}) {
    const HklList list = parse_hkl_lines(std::string(header) + "\n1 2 3 9 7\n1 2 4 ? 8\n", "x.hkl", 0);
    EXPECT_EQ(at(list, 1, 2, 3), 9) << header;
    EXPECT_EQ(at(list, -1, -2, -3), 7) << header;
    EXPECT_EQ(at(list, -1, -2, -4), 8) << header;
  }
}

TEST(HklLines, ListsOfCrystFel) {
  const std::string rows =
      "   h    k    l          I    phase   sigma(I)   nmeas\n   1    2    3      81.00        -      1.00  4\n";
  const std::string text =
      "CrystFEL reflection list version 2.0\nSymmetry: 222\n" + rows + "End of reflections\nmore\n";
  EXPECT_EQ(at(parse_hkl_lines(text, "x.hkl", 0), 1, 2, 3), 9);
  EXPECT_NE(warnings_of(text).find("with symmetry '222': no equivalents are added"), std::string::npos);
  EXPECT_EQ(warnings_of("CrystFEL reflection list version 2.0\nSymmetry: 1\n" + rows), "");
}

TEST(HklLines, CellOfALatticeInComments) {
  const std::string text =
      "# lattice_a 10\n# lattice_b 11\n# lattice_c 12\n# lattice_bb 95\n# column_h 1\n# column_k 2\n# column_l 3\n"
      "# column_F 4\n1 2 3 9\n";
  const HklList list = parse_hkl_lines(text, "x.lau", 0);
  ASSERT_TRUE(list.cell);
  EXPECT_EQ(list.cell->b_A, 11);
  EXPECT_NEAR(list.cell->beta_rad, 95 * 3.14159265358979 / 180, 1e-12);
  EXPECT_FALSE(parse_hkl_lines("1 2 3 9\n", "x.lau", 0).cell);
}

TEST(HklLines, NamesThatDoNotFitTheColumns) {
  EXPECT_NE(refusal_of_lines("h k l two theta F\n1 2 3 20 9\n").find("6 names, the first row 5 columns"),
            std::string::npos);
  EXPECT_NE(warnings_of("# h k l are the indices of F2\n1 2 3 9\n").find("does not give the names"), std::string::npos);
  EXPECT_EQ(warnings_of("# h k l F\n# a comment with h k l F2 in order\n1 2 3 9\n"), "");
  EXPECT_NE(warnings_of("# h k l F F\n1 2 3 9 8\n").find("several columns named F"), std::string::npos);
}

TEST(HklLines, LabelsSayWhatTheFourthColumnIs) {
  EXPECT_EQ(at(parse_hkl_lines("1 2 3 9 1\n", "x.hkl", 0, {"I"}), 1, 2, 3), 3);
  EXPECT_EQ(at(parse_hkl_lines("1 2 3 9 1\n", "x.hkl", 0, {"F"}), 1, 2, 3), 9);
  EXPECT_EQ(at(parse_hkl_lines("# h k l F I\n1 2 3 9 16\n", "x.hkl", 0, {"I"}), 1, 2, 3), 4);
  EXPECT_NE(refusal([] { parse_hkl_lines("1 2 3 9\n", "x.hkl", 0, {"PHI"}); }).find("there is no such column"),
            std::string::npos);
  EXPECT_NE(refusal([] { parse_hkl_lines("# h k l F\n1 2 3 9\n", "x.hkl", 0, {"X"}); }).find("h k l F"),
            std::string::npos);
}

TEST(HklLines, WhatIsDoubtfulIsWarnedOf) {
  EXPECT_EQ(warnings_of("1 2 3 9\n1 2 4 9 # five\n1 2 3 9\n"), "");
  EXPECT_NE(warnings_of("1 2 3 9 1\n").find("more than four columns"), std::string::npos);
  EXPECT_EQ(warnings_of("1 2 3 9 1\n", {"F"}), "");
  EXPECT_NE(warnings_of("1 2 3 9\n\n1 2 3 8\n").find("the first is line 1, 1 2 3"), std::string::npos);
  EXPECT_NE(warnings_of("1 2 3 9\n1 2 4 -8\n").find("negative, the first in line 2"), std::string::npos);
}

TEST(HklLines, StrayIndicesAndImpossibleAmplitudesNameTheirLine) {
  EXPECT_NE(refusal_of_lines("1 2 3 4\n\n1000000 20 30 1\n-1 -2 -3 4\n").find("'x.hkl' line 3"), std::string::npos);
  EXPECT_NE(refusal_of_lines("1 2 3 4\n1 2 4 1e308\n").find("'x.hkl' line 2"), std::string::npos);
  EXPECT_EQ(parse_hkl_lines("0 0 0 1\n200 200 400 1\n", "x.hkl", 0).reflections, 2u);
}

TEST(HklStream, GroupsOfFourWhateverTheLines) {
  const HklList list = parse_hkl_stream("1 2\n3 10 4 5 6\n20", "x.hkl", 7);
  EXPECT_EQ(list.reflections, 2u);
  EXPECT_EQ(list.factors.box, (HklBox{{1, 2, 3}, {4, 5, 6}}));
  EXPECT_EQ(at(list, 1, 2, 3), 10);
  EXPECT_EQ(at(list, 4, 5, 6), 20);
  EXPECT_EQ(at(list, 2, 2, 3), 7);
}

TEST(HklStream, StopsAtTheFirstWord) {
  const HklList list = parse_hkl_stream("1 2 3 10\n# 4 5 6 20\n", "x.hkl", 0);
  EXPECT_EQ(list.reflections, 1u);
  EXPECT_EQ(list.factors.box, (HklBox{{1, 2, 3}, {1, 2, 3}}));
}

/// A fifth column shifts the groups: the ranges follow the shifted ones.
TEST(HklStream, AFifthColumnScrambles) {
  const HklList list = parse_hkl_stream("1 2 3 10 9\n4 5 6 20 9\n", "x.hkl", 0);
  EXPECT_EQ(list.reflections, 2u);
  EXPECT_EQ(list.factors.box, (HklBox{{1, 2, 3}, {9, 4, 5}}));
  EXPECT_EQ(at(list, 1, 2, 3), 10);
  EXPECT_EQ(at(list, 9, 4, 5), 6);
}

/// Ranges come from numbers of any form, values from whole numbers: "1.0" ends the second pass.
TEST(HklStream, IndicesSpelledAsFractions) {
  const HklList list = parse_hkl_stream("1 2 3 10\n1.0 2 4 20\n1 2 5 30\n", "x.hkl", 7);
  EXPECT_EQ(list.reflections, 3u);
  EXPECT_EQ(list.factors.box, (HklBox{{1, 2, 3}, {1, 2, 5}}));
  EXPECT_EQ(at(list, 1, 2, 3), 10);
  EXPECT_EQ(at(list, 1, 2, 4), 7);
  EXPECT_EQ(at(list, 1, 2, 5), 7);
  EXPECT_TRUE(list.warnings.empty());
  EXPECT_EQ(parse_hkl_stream("1.5 2 3 10", "x.hkl", 0).warnings.size(), 1u);
}

TEST(HklStream, NoGroup) {
  for (const char* text : {"", "1 2 3", "h k l F"})
    EXPECT_NE(refusal([&] { parse_hkl_stream(text, "x.hkl", 0); }).find("no reflections found"), std::string::npos)
        << text;
}

TEST(HklStream, AbsurdRanges) {
  for (const char* text :
       {"0 0 0 1 1e10 0 0 1", "0 0 0 1 1e300 0 0 1", "-inf 0 0 1 inf 0 0 1", "0 0 0 1 999999999 999999999 999999999 1"})
    EXPECT_NE(refusal([&] { parse_hkl_stream(text, "x.hkl", 0); }), "not refused") << text;
}

TEST(HklReaders, AgreeOnPlainLists) {
  const std::string text = "  1   2   3  10.5\n -4  -5  -6  1e2\n  0   0   0 0\n";
  EXPECT_EQ(parse_hkl_lines(text, "x.hkl", 3).factors, parse_hkl_stream(text, "x.hkl", 3).factors);
}

}  // namespace
}  // namespace femtobragg::formats
