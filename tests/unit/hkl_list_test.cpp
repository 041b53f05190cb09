// Reflection lists: by lines, as a stream of numbers, and where both part.
#include "femtobragg/formats/hkl_list.h"

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
    EXPECT_NE(refusal_of_lines(text).find("no reflections"), std::string::npos) << text;
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
      {"# F h k l\n# not at the beginning\n1 2 3 9\n", 9},
      {"# l k h Fcalc Fobs\n# h k l Fcalc Fobs\n1 2 3 4 9\n", 9},
      {"# column_h 2\n# column_k 3\n# column_l 4\n# column_F 1\n9 1 2 3\n", 9},
      {"# column_h  1\n# column_k  2\n# column_l  3\n# column_j  4   multiplicity\n# column_F2 5   |F|^2\n1 2 3 8 9\n",
       3},
  };
  for (const auto& [text, value] : cases) EXPECT_EQ(at(parse_hkl_lines(text, "x.hkl", 0), 1, 2, 3), value) << text;
  EXPECT_EQ(warnings_of("# h k l F sigF\n1 2 3 9 1\n"), "");
  EXPECT_NE(warnings_of(cases[7].text).find("multiplicities"), std::string::npos);
  EXPECT_NE(refusal_of_lines("# h k l mult d\n1 2 3 9 1\n").find("its header names h k l mult d"), std::string::npos);
  EXPECT_NE(refusal_of_lines("# h k l F sigF\n1 2 3 x 1\n").find("line 2"), std::string::npos);
}

TEST(HklLines, CommasAndSemicolonsBetweenNumbers) {
  EXPECT_EQ(at(parse_hkl_lines("1,2,3,9.5\n1,2,4,8\n", "x.hkl", 0), 1, 2, 3), 9.5);
  EXPECT_EQ(at(parse_hkl_lines("1;2;3;9,5\n1;2;4;8\n", "x.hkl", 0), 1, 2, 3), 9.5);
  EXPECT_NE(refusal_of_lines("1 2 3 9,5\n").find("line 1"), std::string::npos);
}

TEST(HklLines, LabelsSayWhatTheFourthColumnIs) {
  EXPECT_EQ(at(parse_hkl_lines("1 2 3 9 1\n", "x.hkl", 0, {"I"}), 1, 2, 3), 3);
  EXPECT_EQ(at(parse_hkl_lines("1 2 3 9 1\n", "x.hkl", 0, {"F"}), 1, 2, 3), 9);
  EXPECT_EQ(at(parse_hkl_lines("# h k l F I\n1 2 3 9 16\n", "x.hkl", 0, {"I"}), 1, 2, 3), 4);
  EXPECT_NE(refusal([] { parse_hkl_lines("1 2 3 9\n", "x.hkl", 0, {"PHI"}); }).find("no such column"),
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
    EXPECT_NE(refusal([&] { parse_hkl_stream(text, "x.hkl", 0); }).find("no reflections"), std::string::npos) << text;
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
