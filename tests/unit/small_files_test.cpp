// Matrix files and source lists.
#include <gtest/gtest.h>

#include "femtobragg/base/error.h"
#include "femtobragg/formats/matrix_file.h"
#include "femtobragg/formats/source_file.h"

namespace femtobragg::formats {
namespace {

TEST(MatrixFile, NineNumbersRowByRow) {
  const std::array<double, 9> expected = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  EXPECT_EQ(parse_matrix("1 2 3\n4 5 6\n7 8 9\n", "A.mat"), expected);
  EXPECT_EQ(parse_matrix("  1\t2 3 4 5\r\n6 7 8 9\nand text 10 11", "A.mat"), expected);
  EXPECT_EQ(parse_matrix("1 2 3 4 5 6 7 8 9x", "A.mat"), expected);
}

TEST(MatrixFile, SaysHowManyNumbersThereAre) {
  const std::pair<const char*, const char*> cases[] = {{"", "0 numbers"},
                                                       {"1 2 3 4 5 6 7 8", "8 numbers"},
                                                       {"1 2 x 4 5 6 7 8 9", "2 numbers"},
                                                       {"1 nan 3 4 5 6 7 8 9", "1 numbers"},
                                                       {"1 2 3 4 5 6 7 8 1e999", "8 numbers"}};
  for (const auto& [text, count] : cases) {
    try {
      parse_matrix(text, "A.mat");
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.parts().value, count) << text;
      EXPECT_EQ(error.parts().where, "'A.mat'");
    }
  }
}

const SourceDefaults defaults{{-10, 0, 0}, 1, 2e-10};

std::vector<Source> strict(std::string_view text) { return parse_sources(text, "src.txt", defaults, false); }
std::vector<Source> older(std::string_view text) { return parse_sources(text, "src.txt", defaults, true); }

TEST(SourceFile, ColumnsAndDefaults) {
  for (const auto& sources : {strict("-10 0 0 2 1e-10\n0 -5 0\n"), older("-10 0 0 2 1e-10\n0 -5 0\n")}) {
    ASSERT_EQ(sources.size(), 2u);
    EXPECT_EQ(sources[0], (Source{{-1, 0, 0}, 1e-10, 2}));
    EXPECT_EQ(sources[1], (Source{{0, -1, 0}, 2e-10, 1}));
  }
}

TEST(SourceFile, Separators) {
  for (const auto& sources : {strict("-10,0;0:2!1e-10 more\n"), older("\t-10,, 0;;0:2!1e-10\n")})
    EXPECT_EQ(sources.at(0), (Source{{-1, 0, 0}, 1e-10, 2}));
}

TEST(SourceFile, LinesOfSeparatorsAreSkipped) {
  EXPECT_EQ(strict("\n ,;\n\r\n-1 0 0\n").size(), 1u);
  EXPECT_EQ(older("\n ,;\n\n-1 0 0\n").size(), 1u);
}

TEST(SourceFile, CommentsAreSkippedOrBecomeZeros) {
  const std::string text = "# X Y Z\n-1 0 0 # last\n";
  ASSERT_EQ(strict(text).size(), 1u);
  EXPECT_EQ(strict(text)[0].direction, (Vec3d{-1, 0, 0}));
  const auto sources = older(text);
  ASSERT_EQ(sources.size(), 2u);
  EXPECT_EQ(sources[0].direction, (Vec3d{0, 0, 0}));
  EXPECT_EQ(sources[0].weight, 0);
}

TEST(SourceFile, LineEndsTurnMissingColumnsIntoZeros) {
  EXPECT_EQ(strict("-1 0 0\r\n").at(0).wavelength_m, 2e-10);
  EXPECT_EQ(strict("-1 0 0").at(0).wavelength_m, 2e-10);
  EXPECT_EQ(older("-1 0 0\n").at(0).wavelength_m, 2e-10);
  EXPECT_EQ(older("-1 0 0").at(0).wavelength_m, 0);
  EXPECT_EQ(older("-1 0 0\r\n-1 0 0\n").at(0).wavelength_m, 0);
  EXPECT_EQ(older("-1 0 0\r\n-1 0 0\n").at(1).wavelength_m, 2e-10);
}

TEST(SourceFile, NumbersArePrefixesOrWhole) {
  EXPECT_EQ(older("-1x 0y abc 2z 1e-10m\n").at(0), (Source{{-1, 0, 0}, 1e-10, 2}));
  try {
    strict("-1 0 0\n-1 0y 0\n");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.parts().where, "'src.txt' line 2");
    EXPECT_EQ(error.parts().value, "'0y'");
  }
}

TEST(SourceFile, NoSources) {
  for (const char* text : {"", "\n", " ,;:!\t\n", "\r\n"}) {
    EXPECT_THROW(strict(text), Error) << text;
  }
  EXPECT_THROW(strict("# none\n"), Error);
  for (const char* text : {"", "\n", " ,;:!\t\n"}) EXPECT_THROW(older(text), Error) << text;
}

/// They end in an error later: a source without direction or wavelength.
TEST(SourceFile, OlderProgramsMakeZerosOfCommentsAndCarriageReturns) {
  for (const char* text : {"\r\n", "# none\n", "# 1 2 3 4 5\n"}) {
    const std::vector<Source> sources = older(text);
    ASSERT_EQ(sources.size(), 1u) << text;
    EXPECT_EQ(sources.front().direction, Vec3d{}) << text;
    EXPECT_EQ(sources.front().wavelength_m, 0) << text;
  }
}

}  // namespace
}  // namespace femtobragg::formats
