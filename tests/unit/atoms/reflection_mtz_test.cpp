// MTZ files: indices, columns, cells, symmetry and repeated rows, by what the header says of them.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "femtobragg/atoms/reflection_file.h"
#include "femtobragg/base/error.h"
#include "tests/unit/atoms/small_mtz.h"

namespace femtobragg::atoms {
namespace {

using tests::SmallMtz;

ReflectionFile read(const SmallMtz& mtz, const std::vector<std::string>& labels = {}) {
  return parse_reflection_file(mtz.bytes(), "x.mtz", labels, 0);
}

std::string refusal(const SmallMtz& mtz, const std::vector<std::string>& labels = {}) {
  try {
    read(mtz, labels);
  } catch (const Error& error) {
    return error.what();
  }
  return "not refused";
}

double at(const ReflectionFile& file, std::int64_t h, std::int64_t k, std::int64_t l) {
  return file.factors.values.at(file.factors.index(h, k, l));
}

std::string all(const std::vector<std::string>& texts) {
  std::string text;
  for (const std::string& one : texts) text += one + "\n";
  return text;
}

void expect_text(const std::string& text, const std::string& words) {
  EXPECT_NE(text.find(words), std::string::npos) << text;
}

TEST(MtzColumns, IndicesMayStandAnywhere) {
  SmallMtz mtz;
  mtz.columns = {"F F", "L H", "SIGF Q", "H H", "K H"};
  mtz.rows = {{10, 3, 1, 1, 2}, {20, 4, 1, 1, 2}};
  EXPECT_EQ(at(read(mtz), 1, 2, 3), 10);
  EXPECT_EQ(at(read(mtz), -1, -2, -4), 20);
  // Without the usual names their order counts.
  mtz.columns = {"F F", "A H", "SIGF Q", "B H", "C H"};
  EXPECT_EQ(at(read(mtz), 3, 1, 2), 10);
  mtz.columns = {"F F", "LL H", "SIGF Q", "HH H", "KK H"};
  EXPECT_EQ(at(read(mtz), 1, 2, 3), 10);
  mtz.columns[1] = "A R";
  expect_text(refusal(mtz), "2 columns of type H");
}

TEST(MtzDatasets, AmplitudesOfElectronsAreDoubtful) {
  SmallMtz mtz;
  mtz.datasets.push_back("DWAVEL 1 0.0251");
  expect_text(all(read(mtz).warnings), "0.0251 A, is that of electrons");
  mtz.datasets.back() = "DWAVEL 1 0.0600";
  EXPECT_EQ(all(read(mtz).warnings).find("electrons"), std::string::npos);
}

TEST(MtzColumns, TypesAndNeighboursSayWhatAColumnIs) {
  const struct {
    std::vector<std::string> columns;
    std::string taken;
  } cases[] = {
      {{"FMODEL F", "PHIFMODEL P"}, "FMODEL"},
      {{"F_WT F", "SIGF_WT Q"}, "F_WT"},
      {{"FDELTA F", "SIGFDELTA Q"}, "FDELTA"},
      {{"FOM W", "FOMF F", "SIGFOMF Q"}, "FOMF"},
      {{"FWT F", "PHWT P", "DELFWT F", "PHDELWT P", "FC F", "PHIC P"}, "FC"},
      {{"FMASK F", "PHIMASK P", "FCALC F", "PHICALC P"}, "FCALC"},
      {{"F F", "PHIF P"}, "F"},
      {{"FP F", "PHIB P", "FOM W", "SIGFP Q"}, "FP"},
      {{"2mFoDFc F", "PH2mFoDFc P", "F-model F", "PHIF-model P"}, "F-model"},
      {{"FC F", "PHIC P", "FP F", "SIGFP Q"}, "FP"},
      {{"FCAT F", "SIGFCAT Q", "I J", "SIGI Q"}, "FCAT"},
      {{"E E", "DANO D", "SIGDANO Q", "I J", "SIGI Q"}, "square roots of I"},
  };
  for (const auto& [columns, taken] : cases) {
    SmallMtz mtz;
    mtz.columns = {"H H", "K H", "L H"};
    mtz.columns.insert(mtz.columns.end(), columns.begin(), columns.end());
    mtz.rows = {{1, 2, 3}};
    mtz.rows[0].resize(mtz.columns.size(), 4);
    EXPECT_EQ(read(mtz).notes.front().substr(0, taken.size() + 2), taken + " (");
  }
  for (const char* pair : {"2mFoDFc PH2mFoDFc", "FEM PHFEM", "ANOM PANOM", "FAN PHAN", "FDM PHIDM", "FMASK PHIMASK"}) {
    SmallMtz mtz;
    const std::string names = pair;
    const auto blank = names.find(' ');
    mtz.columns = {"H H", "K H", "L H", names.substr(0, blank) + " F", names.substr(blank + 1) + " P"};
    expect_text(refusal(mtz), "map coefficients are not used");
  }
  SmallMtz maps;
  maps.columns = {"H H", "K H", "L H", "FWT F", "PHWT P"};
  expect_text(refusal(maps), "map coefficients are not used");
  EXPECT_EQ(at(read(maps, {"FWT", "PHWT"}), 1, 2, 3), 10);
}

TEST(MtzColumns, FriedelPairsByNameOrByType) {
  SmallMtz mtz;
  for (const auto& [plus, minus] : {std::pair{"F(+)", "F(-)"}, std::pair{"Fplus", "Fminus"}, std::pair{"A", "B"}}) {
    mtz.columns = {"H H", "K H", "L H", std::string(plus) + " G", "S1 L", std::string(minus) + " G", "S2 L"};
    mtz.rows = {{1, 2, 3, 10, 1, 12, 1}};
    EXPECT_EQ(at(read(mtz), 1, 2, 3), 10);
    EXPECT_EQ(at(read(mtz), -1, -2, -3), 12);
  }
  mtz.columns = {"H H", "K H", "L H", "I(+) K", "S1 M", "I(-) K", "S2 M"};
  EXPECT_NEAR(at(read(mtz), -1, -2, -3), std::sqrt(12), 1e-12);
}

/// Columns that were named, but do not look like what they are used for.
TEST(MtzColumns, DoubtsAboutNamedColumns) {
  SmallMtz mtz;
  mtz.columns = {"H H", "K H", "L H", "FP F", "SIGFP Q", "FD F", "FREE I", "I(+) K", "I(-) K"};
  mtz.rows = {{1, 2, 3, 10, 1, 12, 7, 16, 9}};
  const auto warnings = [&](const std::vector<std::string>& labels) { return all(read(mtz, labels).warnings); };
  expect_text(warnings({"FP", "FD"}),
              "FD is taken for the Friedel mates of FP, although neither name nor type says so");
  expect_text(warnings({"FP", "I(+)"}), "I(+) is not used");
  expect_text(warnings({"FREE"}), "the type of column FREE says that it has no amplitudes");
  expect_text(warnings({"H"}), "the type of column H says that it has no amplitudes");
  EXPECT_EQ(warnings({"FP", "SIGFP"}), warnings({"FP"}));
  EXPECT_EQ(warnings({"I(+)", "I(-)"}), warnings({"I(+)"}));
}

/// DANO is F(+) - F(-), F the mean of both.
TEST(MtzColumns, DifferencesOfFriedelPairs) {
  const float none = std::nanf("");
  SmallMtz mtz;
  mtz.columns = {"H H", "K H", "L H", "F F", "SIGF Q", "DANO D", "SIGDANO Q", "ISYM Y"};
  mtz.rows = {{1, 2, 3, 10, 1, -4, 1, 0}, {1, 2, 4, 20, 1, none, none, 1}};
  const ReflectionFile file = read(mtz);
  EXPECT_EQ(at(file, 1, 2, 3), 8);
  EXPECT_EQ(at(file, -1, -2, -3), 12);
  EXPECT_EQ(at(file, 1, 2, 4), 20);
  EXPECT_EQ(at(file, -1, -2, -4), 20);
  expect_text(file.notes.front(), "half of DANO added and subtracted");
  EXPECT_EQ(at(read(mtz, {"F"}), -1, -2, -3), 10);
  EXPECT_EQ(at(read(mtz, {"F", "DANO"}), -1, -2, -3), 12);
  // Elsewhere it belongs to nothing.
  mtz.columns = {"H H", "K H", "L H", "DANO D", "SIGDANO Q", "F F", "SIGF Q"};
  mtz.rows = {{1, 2, 3, -4, 1, 10, 1}};
  EXPECT_EQ(at(read(mtz), -1, -2, -3), 10);
}

TEST(MtzColumns, OneMateAlone) {
  SmallMtz mtz;
  mtz.columns = {"H H", "K H", "L H", "F(+) G", "SIGF(+) L"};
  expect_text(refusal(mtz), "F(+) belongs to Friedel mates");
  EXPECT_EQ(at(read(mtz, {"F(+)"}), 1, 2, 3), 10);
}

TEST(MtzColumns, OneOfSeveralIsNamed) {
  SmallMtz mtz;
  mtz.columns = {"H H", "K H", "L H", "F F", "SIGF Q", "F F 2", "SIGF Q 2"};
  mtz.rows = {{1, 2, 3, 10, 1, 30, 1}};
  for (const char* record : {"PROJECT 2 p", "CRYSTAL 2 y", "DATASET 2 two", "DCELL 2 10.5 12 15 90 90 90"})
    mtz.datasets.push_back(record);
  const ReflectionFile file = read(mtz);
  EXPECT_EQ(at(file, 1, 2, 3), 10);
  expect_text(all(file.warnings), "one/F two/F");
  expect_text(all(file.warnings), "differs from the cell of the file");
  EXPECT_EQ(file.cell->a_A, 10);
  EXPECT_EQ(at(read(mtz, {"two/F"}), 1, 2, 3), 30);
  EXPECT_EQ(read(mtz, {"two/F"}).cell->a_A, 10.5);
  expect_text(refusal(mtz, {"F"}), "several columns have this name");
  expect_text(refusal(mtz, {"two/F", "PHI"}), "there is no such column");
}

TEST(MtzValues, MissingNumbersAsTheHeaderSays) {
  SmallMtz mtz;
  mtz.rows = {{1, 2, 3, 10, 1}, {1, 2, 4, -999, 1}, {1, 2, 5, std::nanf(""), 1}};
  mtz.missing = "-999.0";
  EXPECT_EQ(read(mtz).reflections, 1u);
  mtz.missing = "NAN";
  const ReflectionFile file = read(mtz);
  EXPECT_EQ(file.reflections, 2u);
  EXPECT_EQ(at(file, 1, 2, 4), 999);
  expect_text(all(file.warnings), "1 amplitude is negative, F(1,2,4) first");
}

TEST(MtzValues, UnmergedRowsAreAveraged) {
  SmallMtz mtz;
  mtz.columns = {"H H", "K H", "L H", "M/ISYM Y", "I J", "SIGI Q"};
  mtz.rows = {{1, 2, 3, 1, 100, 1}, {1, 2, 3, 3, 300, 1}, {1, 2, 3, 2, 500, 1}, {-1, 2, 3, 4, 700, 1}};
  const ReflectionFile file = read(mtz);
  // Even ISYM: measurements of the mates, of -1 2 3 of a reflection that is equivalent to 1 2 3.
  EXPECT_NEAR(at(file, 1, 2, 3), std::sqrt(1100.0 / 3), 1e-12);
  EXPECT_NEAR(at(file, -1, -2, -3), std::sqrt(500), 1e-12);
  expect_text(all(file.warnings), "without scales");
  expect_text(all(file.notes), "over 3 rows");
  mtz.rows[0][3] = 257;
  expect_text(refusal(mtz), "there are unmerged partial reflections");
  mtz.batches = 3;
  expect_text(refusal(mtz), "3 batches");
}

TEST(MtzValues, ContradictingRowsAreTold) {
  SmallMtz mtz;
  mtz.rows = {{1, 2, 3, 10, 1}, {-1, -2, 3, 20, 1}, {1, 2, 4, 5, 1}, {1, 2, 4, 5, 1}};
  const ReflectionFile file = read(mtz);
  EXPECT_NEAR(at(file, 1, 2, 3), std::sqrt(250), 1e-12);
  EXPECT_EQ(at(file, 1, 2, 4), 5);
  expect_text(all(file.warnings), "1 reflection is listed several times with different values, F(1,2,3) first");
}

TEST(MtzSymmetry, OperationsCountAndOthersMustNotContradict) {
  SmallMtz mtz;
  mtz.symmetry = "SYMINF 4 4 P 16 'P 2 2 2' PG222";
  expect_text(refusal(mtz), "the symbol 'P 2 2 2' means 4 operations of P 2 2 2");
  mtz.symmetry = "SYMINF 4 4 P 16 'P 21 21 21' PG222";
  const ReflectionFile other_number = read(mtz);
  EXPECT_EQ(other_number.space_group.symbol, "P 21 21 21");
  expect_text(all(other_number.warnings),
              "the space group number 16 contradicts the symmetry operations, which are used");
  mtz.symmetry = "SYMINF 4 4 P 0 'unknown' PG222";
  EXPECT_EQ(read(mtz).space_group.symbol, "P 21 21 21");
  mtz.symmetry = "SYMINF 4 4 P 19 'P 21 21 21' PG222";
  mtz.operations.pop_back();
  expect_text(refusal(mtz), "4 are stated");
  mtz.symmetry = "SYMINF 3 3 P 19 'P 21 21 21' PG222";
  expect_text(refusal(mtz), "do not form a group");
  mtz.operations.clear();
  mtz.symmetry = "SYMINF 0 0 P 19 'P 21 21 21' PG222";
  EXPECT_EQ(read(mtz).space_group.symbol, "P 21 21 21");
  mtz.symmetry = "SYMINF 0 0 P 20 'P 21 21 21' PG222";
  expect_text(refusal(mtz), "the number 20");
}

TEST(MtzSymmetry, TheCellMustHaveIt) {
  SmallMtz mtz;
  mtz.symmetry = "SYMINF 4 4 P 75 'P 4' PG4";
  mtz.operations = {"X,Y,Z", "-X,-Y,Z", "-Y,X,Z", "Y,-X,Z"};
  expect_text(refusal(mtz), "does not have the symmetry of P 4");
  mtz.cell = "10 10.05 15 90 90 90";
  mtz.datasets.back() = "DCELL 1 10 10.05 15 90 90 90";
  expect_text(all(read(mtz).warnings), "within 1 % only");
}

TEST(MtzValues, StrayIndexAndImpossibleAmplitudeNameTheirRow) {
  SmallMtz mtz;
  mtz.rows.push_back({90000, 400, 400, 1, 1});
  expect_text(refusal(mtz), "reflection 3");
  mtz.rows.back() = {1, 2, 5, std::numeric_limits<float>::infinity(), 1};
  expect_text(refusal(mtz), "'x.mtz' reflection 3");
  mtz.rows.back() = {1, 2, 5, 1e20f, 1};
  expect_text(refusal(mtz), "an amplitude is impossible; 'x.mtz' reflection 3");
  mtz.rows.back() = {1.5f, 2, 5, 1, 1};
  expect_text(refusal(mtz), "a Miller index is impossible; 'x.mtz' reflection 3");
}

TEST(MtzHeader, ResolutionThatTheRowsDoNotHave) {
  SmallMtz mtz;
  mtz.datasets.push_back("RESO 0.001 0.5");
  expect_text(all(read(mtz).warnings), "though the header says 1.414 A");
}

}  // namespace
}  // namespace femtobragg::atoms
