// Matrix files and source lists.
#include <gtest/gtest.h>

#include "femtobragg/base/error.h"
#include "femtobragg/formats/tables/matrix_file.h"
#include "femtobragg/formats/tables/source_file.h"

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
                                                       {"1 2 x 4 5 6 7 8 9", "2 numbers, then 'x'"},
                                                       {"1 nan 3 4 5 6 7 8 9", "1 number, then 'nan'"},
                                                       {"1 2 3 4 5 6 7 8 1e999", "8 numbers, then '1e999'"}};
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

/// Of a cell of 79 79 38 at 0.979 A.
const std::string mosflm_matrix =
    " 0.01239241 0 0\n 0 0.01239241 0\n 0 0 0.02576316\n 0 0 0\n 1 0 0\n 0 1 0\n 0 0 1\n"
    " 79.0 79.0 38.0 90 90 90\n 0 0 0\n";

const std::string three_lines = mosflm_matrix.substr(0, mosflm_matrix.find(" 0 0 0\n"));

std::string doubts(const std::string& text, double wavelength_A = 0.979) {
  std::string all;
  for (const std::string& doubt : doubts_about_matrix(text, "A.mat", wavelength_A * 1e-10)) all += doubt + "; ";
  return all;
}
std::string with(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(MatrixFile, ChecksTheCellThatItStates) {
  EXPECT_EQ(doubts(mosflm_matrix), "");
  const std::string message = doubts(mosflm_matrix, 1.0);
  EXPECT_NE(message.find("80.695 80.695 38.815"), std::string::npos) << message;
  EXPECT_NE(message.find("beam.wavelength 0.979?"), std::string::npos) << message;
  EXPECT_THROW(doubts(with(mosflm_matrix, "38.0", "39.0")), Error) << "another shape";
  EXPECT_THROW(doubts(with(mosflm_matrix, "90 90 90", "90 95 90")), Error);
}

TEST(MatrixFile, NamesWhatIsNotUsed) {
  EXPECT_EQ(doubts(three_lines), "");
  EXPECT_NE(doubts(with(mosflm_matrix, " 0 0 0\n", " 0 0.5 0\n")).find("missetting angles 0 0.5 0"), std::string::npos);
  EXPECT_NE(doubts(with(mosflm_matrix, " 1 0 0\n 0 1 0\n", " 0 1 0\n -1 0 0\n"))
                .find("a rotation (lines 5 to 7) that differs"),
            std::string::npos);
  EXPECT_NE(doubts(mosflm_matrix + "SYMM P43212\n").find("'SYMM P43212'"), std::string::npos);
  EXPECT_NE(doubts(three_lines + " 5 5\n").find("11 numbers"), std::string::npos);
  EXPECT_NE(doubts(with(three_lines, "0.0257", "-0.0257")).find("left-handed"), std::string::npos);
}

TEST(MatrixFile, RefusesMatricesThatGiveNoCell) {
  const auto refused = [](const std::string& text) -> std::string {
    try {
      return doubts(text);
    } catch (const Error& error) {
      return error.what();
    }
  };
  EXPECT_NE(refused("0 -1 0 0.6 0 -0.8 0.8 0 0.6\n").find("rotation without a cell"), std::string::npos);
  EXPECT_NE(refused("79 0 0 0 79 0 0 0 38\n").find("no cell is that small"), std::string::npos) << "real axes";
  EXPECT_EQ(refused("0.3 0 0 0 0.3 0 0 0 0.4\n"), "") << "2.4 A";
}

TEST(MatrixFile, RefusesFilesOfOtherPrograms) {
  for (const char* text :
       {" XPARM.XDS    VERSION Jan 10, 2022\n 1 0.0 0.1 1 0 0\n",
        "1 0.0 0.1 1 0 0\n 0.979 0 0 1\n 100 100 0.1 0.1\n 100.0 50 50\n 1 0 0\n 0 1 0\n 0 0 1\n", "{\"crystal\": []}",
        "1 0.0 0.1 1 0 0\n 0.979 0 0 1\n 96 79 79 38 90 90 90\n 79 0 0\n 0 79 0\n 0 0 38\n",
        "CrystFEL unit cell file version 1.0\n\nlattice_type = tetragonal\n", "CrystFEL stream format 2.3\n",
        "--- Begin crystal\nastar = +0.1 +0.0 +0.0 nm^-1\n", "CRYSTAL_UNIT_CELL=79 79 38 90 90 90;\n"})
    EXPECT_THROW(doubts(text), Error) << text;
}

TEST(MatrixFile, ChecksTriclinicCells) {
  // U = 1 and MOSFLM's B for 40 50 60 80 95 100 at 1 A, worked out with cctbx.
  const std::string text = "@\n 0 0 0\n 1 0 0\n 0 1 0\n 0 0 1\n 40 50 60 80 95 100\n 0 0 0\n";
  const std::string b = " 0.02542963 0.00332502 0.00099641\n 0 0.02030853 -0.00293878\n 0 0 0.01666667";
  const std::string found = doubts(with(text, "@", b), 1.0);
  EXPECT_EQ(found, "");
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
  for (const auto& sources : {strict("-10, 0;0:2!1e-10 more\n"), strict("-10,0,0,2,1e-10\n"),
                              strict("-10,0;0;0;2;1e-10\n"), older("\t-10,, 0;;0:2!1e-10\n")})
    EXPECT_EQ(sources.at(0), (Source{{-1, 0, 0}, 1e-10, 2}));
  EXPECT_THROW(strict("-10,5;0:0\n"), Error);
  EXPECT_THROW(strict("-10 0\n"), Error);
  EXPECT_THROW(strict("-10,5 0 0\n"), Error);
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
